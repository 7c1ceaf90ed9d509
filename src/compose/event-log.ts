import { appendFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { describeEvent } from '../domain/describe-event.ts';
import type { EngineEvent } from '../domain/event.ts';
import { logFields } from '../domain/log-line.ts';
import { ownFolder } from './own-folder.ts';

export interface EventLogOptions {
  /** `<git common dir>/countersign`. */
  readonly stateDirectory: string;
  readonly redact: (text: string) => string;
  /** Told once of a log that cannot be written; the run goes on. */
  readonly onError: (error: unknown) => void;
}

export interface EventLog {
  readonly listen: (event: EngineEvent) => void;
  /** Resolves once everything that was heard is on disk. */
  flush(): Promise<void>;
}

/** Runs whose logs are kept. */
const mostLogs = 100;

/** Writes `logs/RUN.jsonl`: one line for each event, with its log fields, type, time and words. */
export function openEventLog({ stateDirectory, redact, onError }: EventLogOptions): EventLog {
  let tail: Promise<void> = Promise.resolve();
  let failed = false;
  const write = async (event: EngineEvent) => {
    const folder = await ownFolder(stateDirectory, 'logs');
    const text = describeEvent(event);
    const { at, type } = event;
    const line = { ...logFields(event), at, type, text: text === null ? null : redact(text) };
    await appendFile(path.join(folder, `${event.runId}.jsonl`), `${JSON.stringify(line)}\n`, { mode: 0o600 });
    if (type === 'run-start') await removeOldest(folder);
  };
  return {
    listen(event) {
      if (failed) return;
      tail = tail
        .then(() => write(event))
        .catch((error: unknown) => {
          if (!failed) onError(error);
          failed = true;
        });
    },
    flush: () => tail,
  };
}

/** Run ids sort by time. */
async function removeOldest(folder: string): Promise<void> {
  const logs = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  for (const name of logs.slice(0, Math.max(0, logs.length - mostLogs))) await rm(path.join(folder, name));
}
