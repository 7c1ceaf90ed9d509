// Builds dist/cli.js, dist/extension.js and the webviews in media/. `--watch` keeps building, `--quiet` says only errors.
import { chmod, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';

const watch = process.argv.includes('--watch');
const quiet = process.argv.includes('--quiet');

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

const builds = [
  // `vscode` is not external here: if the engine ever imported it, this build would fail.
  { ...node, entryPoints: { cli: 'src/cli/main.ts' }, outdir: 'dist', banner: { js: '#!/usr/bin/env node' } },
];

if (existsSync('src/vscode/extension.ts')) {
  builds.push({ ...node, entryPoints: { extension: 'src/vscode/extension.ts' }, outdir: 'dist', external: ['vscode'] });
}

const views = (existsSync('src/webview') ? await readdir('src/webview') : []).filter((name) => name.endsWith('.view.ts'));
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
