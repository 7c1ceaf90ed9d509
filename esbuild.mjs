// Builds dist/cli.js, dist/extension.js, the programs of their threads and the webviews in media/. `--watch` keeps building, `--quiet` says only errors.

import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { startAndLater } from './scripts/start-and-later.mjs';

const watch = process.argv.includes('--watch');
const quiet = process.argv.includes('--quiet');

/**
 * The tokenizer's table as JSON, which V8 reads in a fraction of the time that an array of 200,000 literals takes. The
 * command line stays one file; the extension keeps it apart, so that starting does not read past it.
 *
 * @param {{ apart: boolean }} options
 * @returns {import('esbuild').Plugin}
 */
const tokenTable = ({ apart }) => ({
  name: 'token-table',
  setup(build) {
    build.onLoad({ filter: /bpeRanks[\\/]o200k_base\.js$/ }, async ({ path: file }) => {
      const { default: table } = await import(pathToFileURL(file).href);
      const json = JSON.stringify(table);
      if (!apart) return { contents: `export default JSON.parse(${JSON.stringify(json)});`, loader: 'js' };
      await mkdir('dist', { recursive: true });
      await writeFile('dist/o200k.json', json);
      const contents = `import { readFileSync } from 'node:fs';
        import { join } from 'node:path';
        export default JSON.parse(readFileSync(join(__dirname, 'o200k.json'), 'utf8'));`;
      return { contents, loader: 'js' };
    });
  },
});

/**
 * A program for a thread of its own lies beside the bundle that starts it. A module `NAME-worker-file.ts` names
 * `NAME-worker.ts`, in a bundle `NAME-worker.js`. A bundle that was taken away alone does the work itself.
 *
 * @type {import('esbuild').Plugin}
 */
const workerFiles = {
  name: 'worker-files',
  setup(build) {
    build.onLoad({ filter: /-worker-file\.ts$/ }, async ({ path: file }) => {
      const url = /new URL\('\.\/([\w-]+-worker)\.ts', import\.meta\.url\)/g;
      const source = await readFile(file, 'utf8');
      const contents = source.replace(url, (_, name) => `require('node:path').join(__dirname, '${name}.js')`);
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * zod brings its messages in 50 languages; ours are written by us, and English stands in for what is left.
 *
 * @type {import('esbuild').Plugin}
 */
const englishZod = {
  name: 'english-zod',
  setup(build) {
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

/**
 * `z` of `import { z }` is an object with all of zod in it. A page takes it as a namespace, of which the bundler leaves
 * out what is not used.
 *
 * @type {import('esbuild').Plugin}
 */
const partsOfZod = {
  name: 'parts-of-zod',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      return { contents: source.replace("import { z } from 'zod'", "import * as z from 'zod'"), loader: 'ts' };
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
const node = {
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

// This one needs most of the engine, which the extension's parts hold already.
const ofExtension = path.join('compose', 'training', 'training-worker.ts');
const workers = (await readdir('src', { recursive: true })).filter(
  (file) => file.endsWith('-worker.ts') && file !== ofExtension,
);

const builds = [
  // `vscode` is not external here: if the engine ever imported it, this build would fail.
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [tokenTable({ apart: false }), workerFiles, englishZod],
  },
  {
    ...node,
    entryPoints: workers.map((file) => path.join('src', file)),
    entryNames: '[name]',
    outdir: 'dist',
    plugins: [tokenTable({ apart: true }), workerFiles, englishZod],
  },
];

if (existsSync('src/vscode/extension.ts')) {
  builds.push({
    ...node,
    entryPoints: { extension: 'src/vscode/extension.ts', 'training-worker': path.join('src', ofExtension) },
    outdir: 'dist',
    chunkNames: 'extension-[hash]',
    format: 'esm',
    splitting: true,
    metafile: true,
    write: false,
    sourcemap: 'inline',
    external: ['vscode'],
    plugins: [tokenTable({ apart: true }), workerFiles, englishZod, startAndLater],
  });
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
    plugins: [englishZod, partsOfZod],
    logLevel: quiet ? 'error' : 'info',
  });
}

if (watch) {
  for (const build of builds) await (await esbuild.context(build)).watch();
} else {
  await Promise.all(builds.map((build) => esbuild.build(build)));
  await chmod('dist/cli.js', 0o755);
}
