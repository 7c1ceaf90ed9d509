// Builds dist/cli.js, dist/extension.js and the webviews in media/. `--watch` keeps building, `--quiet` says only errors.

import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const watch = process.argv.includes('--watch');
const quiet = process.argv.includes('--quiet');

/**
 * The tokenizer's table goes into a file of its own: as JSON it is read in a fraction of the time that V8 takes for an
 * array of 200,000 literals, and neither program loads it before it counts.
 *
 * @type {import('esbuild').Plugin}
 */
const tokenTableApart = {
  name: 'token-table-apart',
  setup(build) {
    build.onLoad({ filter: /bpeRanks[\\/]o200k_base\.js$/ }, async ({ path: file }) => {
      const { default: table } = await import(pathToFileURL(file).href);
      await mkdir('dist', { recursive: true });
      await writeFile('dist/o200k.json', JSON.stringify(table));
      const contents = `import { readFileSync } from 'node:fs';
        import { join } from 'node:path';
        export default JSON.parse(readFileSync(join(__dirname, 'o200k.json'), 'utf8'));`;
      return { contents, loader: 'js' };
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
const node = {
  plugins: [tokenTableApart],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  sourcemap: 'linked',
  sourcesContent: false,
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: quiet ? 'error' : 'info',
  mainFields: ['module', 'main'],
};

const builds = [
  // `vscode` is not external here: if the engine ever imported it, this build would fail.
  { ...node, entryPoints: { cli: 'src/cli/main.ts' }, outdir: 'dist', banner: { js: '#!/usr/bin/env node' } },
];

if (existsSync('src/vscode/extension.ts')) {
  builds.push({ ...node, entryPoints: { extension: 'src/vscode/extension.ts' }, outdir: 'dist', external: ['vscode'] });
}

const views = (existsSync('src/webview') ? await readdir('src/webview') : []).filter((name) =>
  name.endsWith('.view.ts'),
);
if (views.length > 0) {
  builds.push({
    entryPoints: views.map((name) => path.join('src/webview', name)),
    entryNames: '[name]',
    outdir: 'media',
    bundle: true,
    format: 'iife',
    target: 'chrome128',
    minify: true,
    logLevel: quiet ? 'error' : 'info',
  });
}

if (watch) {
  for (const build of builds) await (await esbuild.context(build)).watch();
} else {
  await Promise.all(builds.map((build) => esbuild.build(build)));
  await chmod('dist/cli.js', 0o755);
}
