/** Hours of history into folders of their own, and back: what `trajectories archive` and `restore` do. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { version } from '../../../package.json';
import type { Workspace } from '../../compose.ts';
import { userConfigDirectory } from '../../config/load-config.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { hourWindowOf, type TimeWindow, windowName } from '../../domain/time-window.ts';
import { writeArchive } from '../../training/archive.ts';
import { type ArchivedRun, archivedCallOf } from '../../training/archive-run.ts';
import { readArchivedRuns, verifyArchive } from '../../training/archive-verify.ts';
import { createLeftOut } from '../../training/left-out.ts';
import { readTrajectoryGroups } from './training-source.ts';

type Parts = Pick<Workspace, 'ledger'>;

export interface ArchiveRequest {
  /** Each hour gets a folder in this one. */
  readonly folder: string;
  /** ISO 8601: hours that had ended by then. */
  readonly before: string;
  /** Takes prompts and replies of what was archived out of the ledger; totals stay. */
  readonly prune: boolean;
}

export interface ArchivedWindow {
  readonly window: string;
  readonly folder: string;
  readonly runs: number;
  /** True where the folder was there from before, whole. */
  readonly before: boolean;
}

export interface ArchiveReport {
  readonly archived: readonly ArchivedWindow[];
  /** Hours that stay as they are, and why. */
  readonly skipped: readonly { readonly window: string; readonly reason: string }[];
  /** Runs whose texts were taken out of the ledger. */
  readonly pruned: number;
}

/**
 * Archives hour after hour, oldest first; each folder is read again and verified before anything is taken out of the
 * ledger. What is pruned ends before the first hour that could not be archived. Throws `archive/refused`.
 */
export async function archiveTrajectories(
  parts: Parts,
  { folder, before, prune }: ArchiveRequest,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ArchiveReport> {
  const key = await archiveKey(environment);
  const archived: ArchivedWindow[] = [];
  const skipped: { readonly window: string; readonly reason: string }[] = [];
  let safe: string | null = null;
  let blocked = false;
  for (const { window, runs } of hoursBefore(parts, before)) {
    if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
    const name = windowName(window);
    const kept = runs.filter(({ id }) => parts.ledger.events(id).length > 0);
    const reason = reasonToSkip(runs, kept);
    if (reason !== null) {
      skipped.push({ window: name, reason: reason.words });
      blocked ||= reason.blocks;
      continue;
    }
    const target = path.join(folder, name);
    const isThere = await stat(target).then(
      () => true,
      () => false,
    );
    if (!isThere) await writeArchive(target, contentsOf(parts, window, kept), key);
    await verifyArchive(target, { key, foreign: false });
    if (isThere) await assertComplete(target, kept);
    archived.push({ window: name, folder: target, runs: kept.length, before: isThere });
    if (!blocked) safe = window.end;
  }
  const pruned = prune && safe !== null ? parts.ledger.prune({ before: safe }).runs : 0;
  return { archived, skipped, pruned };
}

interface HourRun {
  readonly id: string;
  readonly ended: boolean;
}

/** Hours with runs in them, oldest first, that ended by the given moment. */
function hoursBefore(
  { ledger }: Parts,
  before: string,
): readonly { readonly window: TimeWindow; readonly runs: readonly HourRun[] }[] {
  const hours = new Map<string, { readonly window: TimeWindow; readonly runs: HourRun[] }>();
  for (const { id, startedAt, endedAt } of ledger.table({ table: 'runs', until: before })) {
    const window = hourWindowOf(String(startedAt));
    if (window.end > before) continue;
    const hour = hours.get(window.start) ?? { window, runs: [] };
    hour.runs.push({ id: String(id), ended: endedAt !== null });
    hours.set(window.start, hour);
  }
  return [...hours.values()].sort((a, b) => (a.window.start < b.window.start ? -1 : 1));
}

function reasonToSkip(
  runs: readonly HourRun[],
  kept: readonly HourRun[],
): { readonly words: string; readonly blocks: boolean } | null {
  if (runs.some(({ ended }) => !ended)) return { words: 'a run of it has not ended', blocks: true };
  if (kept.length === 0) return { words: 'its texts are no longer kept', blocks: false };
  return null;
}

function contentsOf(parts: Parts, window: TimeWindow, runs: readonly HourRun[]) {
  const { ledger } = parts;
  function* archivedRuns(): Generator<ArchivedRun> {
    const caps = capsIn(parts, window);
    for (const { id } of runs) {
      const calls = ledger.calls({ runId: id }).flatMap((call) => archivedCallOf(call) ?? []);
      yield { run: id, caps: caps.get(id) ?? [], events: [...ledger.events(id)], calls };
    }
  }
  const rule = { since: window.start, until: window.end, recorded: true, licence: null, licences: [] };
  return {
    window,
    runs: archivedRuns(),
    groups: readTrajectoryGroups(parts, rule, createLeftOut()),
    about: { runs: runs.length, madeBy: `countersign ${version}`, madeAt: new Date().toISOString() },
  };
}

/** Caps of phases by run, as scores are measured against them. */
function capsIn({ ledger }: Parts, { start, end }: TimeWindow): ReadonlyMap<string, ArchivedRun['caps']> {
  const caps = new Map<string, { phase: string; micros: number }[]>();
  for (const phases of ledger.trainingGroups({ since: start, until: end })) {
    for (const { runId, phaseId, capMicros } of phases) {
      if (capMicros === null) continue;
      caps.set(runId, [...(caps.get(runId) ?? []), { phase: phaseId, micros: capMicros }]);
    }
  }
  return caps;
}

/** A folder from before may lack a run that was restored or imported into its hour since. */
async function assertComplete(folder: string, runs: readonly HourRun[]): Promise<void> {
  const there = new Set<string>();
  for await (const { run } of readArchivedRuns(folder)) there.add(run);
  const missing = runs.find(({ id }) => !there.has(id));
  if (!missing) return;
  const detail = `it lacks run ${missing.id}, which came into its hour since; name another folder`;
  throw new EngineError({ code: 'archive/refused', archive: folder, detail });
}

export interface RestoreReport {
  readonly restored: readonly string[];
  /** Runs that the ledger has whole. */
  readonly present: readonly string[];
}

/**
 * Puts runs of one archive, or of every one in a folder of them, back into the ledger. All are verified before the
 * first is put back. Throws `archive/refused`, and `arguments/invalid` where there is no archive.
 */
export async function restoreTrajectories(
  { ledger }: Parts,
  { source, foreign }: { readonly source: string; readonly foreign: boolean },
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<RestoreReport> {
  const key = await archiveKey(environment);
  const folders = await archivesIn(source);
  for (const folder of folders) {
    if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
    await verifyArchive(folder, { key, foreign });
  }
  const restored: string[] = [];
  const present: string[] = [];
  for (const folder of folders) {
    for await (const run of readArchivedRuns(folder)) {
      if (ledger.events(run.run).length > 0) {
        present.push(run.run);
        continue;
      }
      const isNew = ledger.run(run.run) === null;
      ledger.importRun(run);
      for (const { phase, micros } of isNew ? run.caps : []) {
        ledger.setCap('phase', `${run.run}/${phase}`, { micros, tokens: null });
      }
      restored.push(run.run);
    }
  }
  return { restored, present };
}

async function archivesIn(source: string): Promise<readonly string[]> {
  const folder = path.basename(source) === 'manifest.json' ? path.dirname(source) : source;
  const names = await readdir(folder).catch((): string[] => []);
  if (names.includes('manifest.json')) return [folder];
  const hours = names.filter((name) => /^\d{4}-\d{2}-\d{2}T\d{2}$/.test(name)).sort();
  if (hours.length > 0) return hours.map((name) => path.join(folder, name));
  const problem = `There is no archive in \`${source}\`.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign trajectories restore FOLDER' });
}

/** The user's own key, made when it is first needed, outside every repository. */
async function archiveKey(environment: NodeJS.ProcessEnv): Promise<Buffer> {
  const file = path.join(userConfigDirectory(environment), 'archive.key');
  const read = async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    return /^[0-9a-f]{64}$/.test(text.trim()) ? Buffer.from(text.trim(), 'hex') : null;
  };
  const kept = await read();
  if (kept) return kept;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' }).catch(() => undefined);
  const made = await read();
  if (made) return made;
  const problem = `${file} holds no key, and none can be written there.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
}
