import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, extensions, workspace } from 'vscode';

/** What one window with an extension, or with none, took. */
export interface Start {
  /** Empty where none was asked for. */
  readonly version: string;
  /** As VS Code itself counts: loading the code, and the call of `activate` until it ended. Null where it says nothing. */
  readonly loadMs: number | null;
  readonly callMs: number | null;
  /** What the extension host's thread computed meanwhile; null where the extension had started before it was asked to. */
  readonly computedMs: number | null;
  /** Why it did not start; null where it did. */
  readonly failed: string | null;
  /** All that the extension host holds some seconds later. */
  readonly heapBytes: number;
  readonly residentBytes: number;
}

/** The window's own start keeps the extension host busy for a moment. */
const restMs = 3000;

type Activated = Pick<Start, 'version' | 'computedMs' | 'failed'>;

async function activate(id: string): Promise<Activated> {
  const extension = extensions.getExtension(id);
  if (!extension) return { version: '', computedMs: null, failed: id === '' ? null : 'is not there' };
  const startedBefore = extension.isActive;
  const before = process.threadCpuUsage();
  const failed = await Promise.resolve(extension.activate()).then(
    () => null,
    (error: unknown) => String(error),
  );
  const { user, system } = process.threadCpuUsage(before);
  const computedMs = startedBefore ? null : (user + system) / 1000;
  return { version: extension.packageJSON.version, computedMs, failed };
}

/** From the table of activations in VS Code's page of its own performance: load, call and finish, in milliseconds. */
async function countedByEditor(id: string): Promise<Pick<Start, 'loadMs' | 'callMs'>> {
  await commands.executeCommand('perfview.show');
  for (let tries = 0; tries < 50; tries += 1) {
    await sleep(200);
    const page = workspace.textDocuments.find(({ uri }) => uri.scheme === 'perf')?.getText() ?? '';
    const row = page.split('\n').find((line) => line.toLowerCase().startsWith(`| ${id.toLowerCase()} `));
    const [load, call, finish] = (row?.split('|').slice(3, 6) ?? []).map(Number);
    if (load !== undefined && call !== undefined && finish !== undefined)
      return { loadMs: load, callMs: call + finish };
  }
  return { loadMs: null, callMs: null };
}

/** Called by VS Code inside the extension host: starts the extension that `BENCH_EXTENSION` names and tells what it took. */
export async function run(): Promise<void> {
  const { BENCH_EXTENSION: id = '', EDITOR_TEST_REPORT: report = '', EDITOR_TEST_RESULTS: results = '' } = process.env;
  await sleep(restMs);
  const activated = await activate(id);
  await sleep(restMs);
  const { heapUsed, external, rss } = process.memoryUsage();
  const counted = id === '' ? { loadMs: null, callMs: null } : await countedByEditor(id);
  const start: Start = { ...activated, ...counted, heapBytes: heapUsed + external, residentBytes: rss };
  appendFileSync(report, `${JSON.stringify(start)}\n`);
  writeFileSync(results, JSON.stringify({ passed: 1, failed: 0 }));
}
