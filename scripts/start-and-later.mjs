// The extension's bundle in two files, so that its start reads only what starting needs.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';

/** @type {import('esbuild').TransformOptions} */
const asCommonJs = {
  format: 'cjs',
  target: 'node22',
  // What is loaded later is required later: a CommonJS module's names are lost to `import()`.
  supported: { 'dynamic-import': false },
  minifyWhitespace: true,
  sourcemap: 'external',
  sourcesContent: false,
};

/** Runs a part when it is first required; what no part is called comes from outside. */
const partLoader = `
const loaded = new Map();
const load = (name) => {
  if (!name.startsWith('./')) return require(name);
  const known = loaded.get(name);
  if (known) return known.exports;
  const part = { exports: {} };
  loaded.set(name, part);
  (parts[name] ?? require('./extension-later.js').parts[name])(part, part.exports, load);
  return part.exports;
};
module.exports = load(globalThis[Symbol.for('countersign.part')] ?? './extension.js');
`;

/** The program of a thread that runs a part of the same files. */
const threadStart = (part) => `"use strict";
globalThis[Symbol.for('countersign.part')] = ${JSON.stringify(part)};
require('./extension.js');
`;

/**
 * One file is what the start needs, the other the rest. esbuild splits only ES modules, into a hundred parts,
 * and VS Code loads those later than CommonJS: so each part becomes a CommonJS module, and the parts lie in two files,
 * each as a function that runs when it is first required.
 *
 * @type {import('esbuild').Plugin}
 */
export const startAndLater = {
  name: 'start-and-later',
  setup(build) {
    build.onEnd(async ({ outputFiles = [], metafile }) => {
      if (!metafile) return;
      const start = startingParts(metafile.outputs);
      const parts = await Promise.all(
        outputFiles.map(async ({ path: file, text }) => {
          const { code, map } = await esbuild.transform(text, asCommonJs);
          return { name: path.basename(file), code, map: JSON.parse(map) };
        }),
      );
      await mkdir('dist', { recursive: true });
      await writeParts(
        'extension.js',
        'const parts = {',
        parts.filter(({ name }) => start.has(name)),
        `};${partLoader}`,
      );
      await writeParts(
        'extension-later.js',
        'exports.parts = {',
        parts.filter(({ name }) => !start.has(name)),
        '};\n',
      );
      const threads = parts.filter(({ name }) => name.endsWith('-worker.js'));
      for (const { name } of threads) await writeFile(path.join('dist', name), threadStart(`./${name}`));
    });
  },
};

/** The parts that the first one imports, and what those import. */
function startingParts(outputs) {
  const files = new Set(Object.keys(outputs).filter((file) => path.basename(file) === 'extension.js'));
  for (const file of files) {
    for (const { path: imported, kind } of outputs[file].imports) {
      if (kind === 'import-statement' && outputs[imported]) files.add(imported);
    }
  }
  return new Set([...files].map((file) => path.basename(file)));
}

async function writeParts(name, head, parts, tail) {
  let text = `"use strict";\n${head}\n`;
  const sections = [];
  for (const { name: part, code, map } of parts) {
    text += `"./${part}"(module, exports, require) {\n`;
    sections.push({ offset: { line: text.split('\n').length - 1, column: 0 }, map });
    text += `${code}},\n`;
  }
  await writeFile(path.join('dist', name), `${text}${tail}//# sourceMappingURL=${name}.map\n`);
  await writeFile(path.join('dist', `${name}.map`), JSON.stringify({ version: 3, file: name, sections }));
}
