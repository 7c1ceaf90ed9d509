/**
 * What the extension weighs in an editor: its package, its start and its memory, in a real VS Code, beside the one peer
 * whose published package is at hand offline, GitHub Copilot Chat, which VS Code brings along. `npm run bench:editor`,
 * with a number behind `--` for how many starts.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { findEditor } from '../editor/find-editor.ts';
import { packageExtension } from '../editor/package-extension.ts';
import { artifactsFolder, exampleFolder, projectFolder } from '../editor/paths.ts';
import { runHostTests } from '../editor/run-host-tests.ts';
import { approveConfiguration, makeWorkspace } from '../editor/workspace.ts';
import type { Start } from './editor-host.ts';

const ours = 'countersign.countersign';
const copilot = 'GitHub.copilot-chat';
/** Published for the Marketplace and Open VSX alone. */
const elsewhere = ['Cline', 'Continue', 'Roo Code'];

interface Weight {
  readonly bytes: number;
  readonly files: number;
}

interface Row {
  readonly name: string;
  /** Of the .vsix; null where there is none. */
  readonly packed: Weight | null;
  readonly unpacked: Weight;
  readonly starts: readonly Start[];
}

async function weightOf(folder: string): Promise<Weight> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return { bytes: files.reduce((sum, file) => sum + statSync(file).size, 0), files: files.length };
}

/** The files of a .vsix in a folder of its own, as they are when it is installed. */
function unpack(vsix: string, folder: string): string {
  const unpacked = spawnSync('unzip', ['-q', vsix, '-d', folder]);
  if (unpacked.status !== 0) throw new Error(`unzip is needed to weigh the package: ${unpacked.stderr}`);
  return path.join(folder, 'extension');
}

/** A copy that starts when it is asked to, and not with the window. */
function copyWithoutEvents(folder: string, to: string): readonly string[] {
  cpSync(folder, to, { recursive: true });
  const file = path.join(to, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...manifest, activationEvents: [] }));
  return manifest.activationEvents;
}

interface Place {
  readonly runner: string;
  readonly workspace: string;
  readonly env: Readonly<Record<string, string>>;
}

async function startsOf(
  id: string,
  folders: readonly string[],
  times: number,
  place: Place,
): Promise<readonly Start[]> {
  const starts: Start[] = [];
  for (let index = 0; index < times; index += 1) {
    const lines: string[] = [];
    await runHostTests({
      ...place,
      extensions: folders,
      env: { ...place.env, BENCH_EXTENSION: id },
      settings: { 'git.enabled': false, 'chat.disableAIFeatures': false },
      onLine: (line) => lines.push(line),
    });
    const start: Start | null = JSON.parse(lines.find((line) => line.startsWith('{')) ?? 'null');
    if (start) starts.push(start);
  }
  return starts;
}

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)] ?? null;
}

const megabytes = (bytes: number | null) => (bytes === null ? '–' : `${(bytes / 1024 / 1024).toFixed(2)} MB`);
const milliseconds = (value: number | null) => (value === null ? '–' : `${value.toFixed(0)} ms`);

/** Above what a window without either of them holds. */
function added(starts: readonly Start[], bare: readonly Start[], key: 'heapBytes' | 'residentBytes'): number | null {
  const [here, before] = [starts, bare].map((each) => median(each.map((start) => start[key])));
  return here === null || here === undefined || before === null || before === undefined ? null : here - before;
}

const wallOf = (starts: readonly Start[]) =>
  median(starts.map(({ loadMs, callMs }) => (loadMs === null || callMs === null ? null : loadMs + callMs)));

function cellsOf({ name, packed, unpacked, starts }: Row, bare: readonly Start[]): readonly string[] {
  const [first] = starts;
  if (!first) return [name, 'could not be started here', ...Array<string>(6).fill('–')];
  return [
    `${name} ${first.version}`,
    packed ? megabytes(packed.bytes) : 'comes with VS Code',
    `${megabytes(unpacked.bytes)}, ${unpacked.files}`,
    milliseconds(wallOf(starts)),
    milliseconds(median(starts.map(({ computedMs }) => computedMs))),
    megabytes(added(starts, bare, 'heapBytes')),
    megabytes(added(starts, bare, 'residentBytes')),
    first.failed === null ? '' : first.failed.slice(0, 60),
  ];
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

function ratio(of: string, mine: number | null, theirs: number | null): string {
  return mine === null || theirs === null || mine <= 0 ? '' : `${of} ${(theirs / mine).toFixed(1)} ×`;
}

/** The folder of the extensions that the editor brings along. */
async function broughtAlong(): Promise<string | null> {
  const editor = await findEditor();
  const app = editor.kind === 'server' ? path.join(path.dirname(editor.main), '..') : path.dirname(editor.executable);
  const folders = [
    path.join(app, 'extensions', 'copilot'),
    path.join(app, 'resources', 'app', 'extensions', 'copilot'),
  ];
  return folders.find((folder) => existsSync(path.join(folder, 'package.json'))) ?? null;
}

const times = Number(process.argv[2] ?? 5);
const scratch = mkdtempSync(path.join(tmpdir(), 'countersign-bench-'));
const workspace = await makeWorkspace(exampleFolder);
try {
  const built = spawnSync(process.execPath, ['esbuild.mjs', '--quiet'], { cwd: projectFolder, stdio: 'inherit' });
  if (built.status !== 0) process.exit(built.status ?? 1);
  const runner = path.join(artifactsFolder, 'bench', 'editor-host.cjs');
  const source = path.join(import.meta.dirname, 'editor-host.ts');
  await build({
    entryPoints: [source],
    outfile: runner,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
  });
  const config = path.join(scratch, 'config');
  await approveConfiguration(workspace.folder, config);
  const env = { XDG_CONFIG_HOME: config, XDG_STATE_HOME: path.join(config, 'state') };
  const place = { runner, workspace: workspace.folder, env };

  const empty = path.join(scratch, 'empty');
  mkdirSync(empty);
  const nothing = { name: 'empty', publisher: 'bench', version: '1.0.0', engines: { vscode: '*' } };
  writeFileSync(path.join(empty, 'package.json'), JSON.stringify(nothing));
  const { file, bytes, warnings } = await packageExtension(projectFolder, path.join(scratch, 'countersign.vsix'));
  const folder = unpack(file, path.join(scratch, 'unpacked'));
  const unpacked = await weightOf(folder);
  const mine: Row = {
    name: 'Countersign',
    packed: { bytes, files: unpacked.files },
    unpacked,
    starts: await startsOf(ours, [folder], times, place),
  };
  const rows: Row[] = [mine];
  const own: { activationEvents: readonly string[] } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const events: Record<string, readonly string[]> = { Countersign: own.activationEvents };
  const bare = await startsOf('', [empty], times, place);
  const beside = await broughtAlong();
  if (beside) {
    const copy = path.join(scratch, 'copilot');
    events['Copilot Chat'] = copyWithoutEvents(beside, copy);
    const weight = await weightOf(beside);
    rows.push({
      name: 'Copilot Chat',
      packed: null,
      unpacked: weight,
      starts: await startsOf(copilot, [copy], times, place),
    });
  }
  console.log(`\n${times} windows each, medians; memory above that of a window with neither, 3 s after the start\n`);
  print([
    ['extension', '.vsix', 'installed, files', 'start by the clock', 'of it computed', 'heap', 'resident', ''],
    ...rows.map((row) => cellsOf(row, bare)),
    ...elsewhere.map((name) => [name, 'not to be had here', '–', '–', '–', '–', '–', '']),
  ]);
  for (const [name, list] of Object.entries(events))
    console.log(`\n${name} starts on: ${list.join(', ') || 'nothing of its own'}`);
  const [, theirs] = rows;
  if (theirs) {
    const heapOf = (row: Row) => added(row.starts, bare, 'heapBytes');
    const ratios = [
      ratio('installed size', mine.unpacked.bytes, theirs.unpacked.bytes),
      ratio('start', wallOf(mine.starts), wallOf(theirs.starts)),
      ratio('heap', heapOf(mine), heapOf(theirs)),
    ];
    console.log(`\n${theirs.name} against Countersign: ${ratios.filter((text) => text !== '').join(', ')}`);
  }
  console.log(`\npackaging printed ${warnings.length} warnings`);
} finally {
  workspace.remove();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
