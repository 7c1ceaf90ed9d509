// Proves that imports run only where ARCHITECTURE.md lets them. `node scripts/boundaries.mjs [SOURCE FOLDER]`
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Which rooms a room may import, besides itself. `engine/ports` is that one folder alone. */
const allowed = {
  domain: [],
  engine: ['domain'],
  config: ['domain'],
  planner: ['domain', 'engine/ports'],
  builder: ['domain', 'engine/ports'],
  auditor: ['domain', 'engine/ports'],
  patch: ['domain'],
  models: ['domain', 'engine/ports'],
  git: ['domain', 'engine/ports', 'patch'],
  checks: ['domain', 'engine/ports'],
  ledger: ['domain', 'engine/ports'],
  training: ['domain', 'ledger', 'engine/ports'],
  manifest: ['domain'],
  contract: ['domain'],
  compose: [
    'domain',
    'engine',
    'config',
    'planner',
    'builder',
    'auditor',
    'patch',
    'models',
    'git',
    'checks',
    'ledger',
    'training',
  ],
  cli: ['compose', 'manifest', 'domain'],
  vscode: ['compose', 'contract', 'manifest', 'domain'],
  webview: ['contract', 'domain'],
};

/** Packages that only some rooms may import; every other package is free outside `domain`. */
const packages = {
  vscode: ['vscode'],
  'node:sqlite': ['ledger'],
  openai: ['models'],
};
const domainPackages = ['zod'];

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function roomOf(relative) {
  const [first] = relative.split(path.sep);
  return first.replace(/\.ts$/, '');
}

function isAllowed(from, target) {
  const room = roomOf(target);
  if (room === from) return true;
  const rules = allowed[from] ?? [];
  const file = target.replace(/\.ts$/, '').split(path.sep).join('/');
  return rules.includes(room) || rules.some((rule) => file.startsWith(`${rule}/`));
}

export function violations(source) {
  const found = [];
  for (const file of filesUnder(source)) {
    const relative = path.relative(source, file);
    const room = roomOf(relative);
    if (!(room in allowed)) found.push(`${relative}: \`${room}\` is no room of the design`);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles) {
      if (fileName.startsWith('.')) {
        const target = path.relative(source, path.resolve(path.dirname(file), fileName));
        if (!target.startsWith('..') && !isAllowed(room, target)) found.push(`${relative} imports ${fileName}`);
        continue;
      }
      const owners = packages[fileName];
      if (owners && !owners.includes(room)) found.push(`${relative} imports ${fileName}`);
      if (room === 'domain' && !domainPackages.includes(fileName)) found.push(`${relative} imports ${fileName}`);
    }
  }
  return found;
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) {
  const source = path.resolve(process.argv[2] ?? 'src');
  const files = filesUnder(source).length;
  const found = violations(source);
  for (const line of found) console.error(line);
  console.log(`${files} files, ${found.length} imports against the rules`);
  process.exitCode = found.length > 0 || files === 0 ? 1 : 0;
}
