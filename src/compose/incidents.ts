import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import path from 'node:path';
import type { EngineEvent, EventOf } from '../domain/event.ts';
import type { PhaseRecord, PhaseState } from '../domain/run.ts';
import { nameSchema } from '../domain/spec.ts';
import type { KeptCall } from '../ledger/calls.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { ownFolder } from './own-folder.ts';

export interface IncidentsOptions {
  /** `<git common dir>/countersign`. */
  readonly stateDirectory: string;
  readonly ledger: Pick<Ledger, 'phase' | 'calls' | 'events' | 'redact'>;
  /** Only its names are written down. */
  readonly environment: NodeJS.ProcessEnv;
  /** Told of a folder that cannot be written; the run goes on. */
  readonly onError: (error: unknown) => void;
}

export interface Incidents {
  readonly listen: (event: EngineEvent) => void;
  /** Resolves once everything is on disk. */
  flush(): Promise<void>;
}

/** Runs whose incidents are kept. */
const mostRuns = 100;
const failures: ReadonlySet<PhaseState> = new Set(['failed', 'rejected', 'stuck']);

/** The folder of a phase that failed, or null where it left none. */
export function incidentOf(stateDirectory: string, runId: string, phaseId: string): string | null {
  const names = [runId, phaseId];
  // What a ledger of somebody else's calls a run need be no name of a folder.
  if (!names.every((name) => nameSchema.safeParse(name).success)) return null;
  const folder = path.join(stateDirectory, 'incidents', ...names);
  return existsSync(folder) ? folder : null;
}

/**
 * Puts everything that one needs to understand a phase that failed into a folder of its own: `incident.json`, the patch,
 * each prompt with its reply, the output of checks, the reflections. All of it redacted.
 */
export function openIncidents(options: IncidentsOptions): Incidents {
  let tail: Promise<void> = Promise.resolve();
  return {
    listen(event) {
      if (event.type !== 'phase-end' || !failures.has(event.state)) return;
      tail = tail.then(() => write(options, event)).catch(options.onError);
    },
    flush: () => tail,
  };
}

async function write(options: IncidentsOptions, event: EventOf<'phase-end'>): Promise<void> {
  const { stateDirectory, ledger, environment } = options;
  const { runId, phaseId = '' } = event;
  const phase = ledger.phase(runId, phaseId);
  if (!phase) return;
  const incidents = await ownFolder(stateDirectory, 'incidents');
  const ofRun = await ownFolder(incidents, nameSchema.parse(runId));
  // An earlier failure of the same phase is replaced: the ledger still has it.
  await rm(path.join(ofRun, nameSchema.parse(phaseId)), { recursive: true, force: true });
  const folder = await ownFolder(ofRun, phaseId);
  const put = (name: string, text: string) =>
    writeFile(path.join(folder, name), ledger.redact(text), { mode: 0o600, flag: 'wx' });
  const names = Object.keys(environment).sort();
  await put('incident.json', `${JSON.stringify(summaryOf(event, phase, names), null, 2)}\n`);
  if (phase.staged) await put('change.patch', phase.staged.patch);
  const output = outputOf(phase);
  if (output) await put('checks.txt', output);
  const events = ledger.events(runId).filter((told) => told.phaseId === phaseId);
  const reflections = events.flatMap((told) => (told.type === 'reflection-made' ? [told] : []));
  for (const { attempt, reflection } of reflections) await put(`reflection-${attempt}.txt`, `${reflection}\n`);
  const calls = ledger.calls({ runId, phaseId });
  for (const [index, call] of calls.entries())
    await put(`call-${String(index + 1).padStart(2, '0')}.txt`, textOf(call));
  await removeOldest(incidents);
}

function summaryOf({ state, failure, reason, fault, at }: EventOf<'phase-end'>, phase: PhaseRecord, names: string[]) {
  const { runId, id, spec, attempts, risk, verdict, audit, checks, staged, spend } = phase;
  return {
    runId,
    phaseId: id,
    at,
    state,
    failure,
    reason,
    fault,
    attempts,
    spec,
    base: staged?.base ?? null,
    tree: staged?.tree ?? null,
    risk,
    verdict,
    findings: audit?.findings ?? [],
    checks: (checks?.results ?? []).map(({ output: _, ...result }) => result),
    spend,
    environment: names,
    machine: { node: process.version, platform: process.platform, architecture: process.arch, release: release() },
    sandbox: checks?.sandbox ?? null,
  };
}

function outputOf({ checks }: PhaseRecord): string {
  return (checks?.results ?? [])
    .map(
      ({ command, outcome, exitCode, output }) =>
        `$ ${command}\n${output}\n[${outcome}, exit code ${exitCode ?? 'none'}]\n`,
    )
    .join('\n');
}

function textOf({ role, component, model, scope, startedAt, system, messages, reply, fault }: KeptCall): string {
  const who = [role ?? 'unknown', component].filter(Boolean).join(':');
  return [
    `${who} ${model}, attempt ${scope.attempt}, ${startedAt}`,
    `\n==== system\n${system ?? '(not kept)'}`,
    ...(messages ?? []).map(({ role: speaker, text }) => `\n==== ${speaker}\n${text}`),
    `\n==== reply\n${reply ?? `(none${fault ? `: ${fault.code}` : ''})`}\n`,
  ].join('\n');
}

/** Run ids sort by time. */
async function removeOldest(folder: string): Promise<void> {
  const runs = (await readdir(folder)).sort();
  for (const name of runs.slice(0, Math.max(0, runs.length - mostRuns))) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
}
