/** The judge's step of `train prepare`: one metered run of its own, which goes on where an earlier one was cut off. */
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { openJudgements } from '../../training/judgements.ts';
import { isJudgeable, type JudgeCounts, type JudgeKind, judgeGroups, judgeKinds } from '../../training/judging.ts';
import type { LeftOut } from '../../training/left-out.ts';
import type { Judged, Trajectory } from '../../training/trajectory.ts';
import { ownFolder } from '../own-folder.ts';

/** Ways to judge, as the command line takes them. */
export const waysToJudge: readonly JudgeKind[] = judgeKinds;

export interface JudgeRequest {
  readonly kind: JudgeKind;
  /** Most it may cost, in US dollars; null leaves it to the configuration. */
  readonly usd: number | null;
}

export interface JudgeOutcome extends JudgeCounts {
  readonly kind: JudgeKind;
  readonly model: string;
  /** The run that its calls are kept under; null where there was nothing to judge. */
  readonly runId: string | null;
  readonly costMicros: number;
}

const jobName = 'judge';

/**
 * Judges the groups that say something. They are set aside in `folder` first: the ledger is not read while the judge's
 * calls are written to it. Throws what a metered model throws, but for a spent budget, which ends the step.
 */
export async function judgeTraining(
  { engine, ledger, repository, models }: Pick<Workspace, 'engine' | 'ledger' | 'repository' | 'models'>,
  groups: Iterable<readonly Trajectory[]>,
  { kind, usd }: JudgeRequest,
  where: { readonly folder: string; readonly leftOut: LeftOut; readonly signal: AbortSignal },
): Promise<{ readonly judged: ReadonlyMap<string, Judged>; readonly outcome: JudgeOutcome }> {
  const { folder, leftOut, signal } = where;
  const { id: model } = models.for('judge');
  const spool = path.join(folder, 'judge.spool');
  const count = await setAside(spool, groups);
  const nothing = { asked: 0, kept: 0, judged: 0, unreadable: 0, unpaid: 0 };
  try {
    if (count === 0) return { judged: new Map(), outcome: { kind, model, runId: null, costMicros: 0, ...nothing } };
    const own = await ownFolder(repository.stateDirectory, 'training');
    const judgements = await openJudgements(path.join(own, 'judgements.jsonl'));
    return await engine.job(
      { name: jobName, goal: 'Judge training data' },
      'judge',
      async ({ runId, scope, ...job }) => {
        const judge = job.models.for('judge');
        if (usd !== null) {
          const micros = Math.round(usd * 1_000_000);
          ledger.setCap('phase', `${runId}/${jobName}`, { micros, tokens: null });
        }
        const { judged, counts } = await judgeGroups(readSpool(spool), {
          kind,
          model: judge.id,
          judgements,
          ask: async (question) => {
            if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
            return (await judge.complete({ scope, ...question }, signal)).text;
          },
          leftOut,
          signal,
        });
        const costMicros = ledger.calls({ runId, texts: false }).reduce((sum, { cost }) => sum + cost.micros, 0);
        return { judged, outcome: { kind, model: judge.id, runId, costMicros, ...counts } };
      },
    );
  } finally {
    await rm(spool, { force: true });
  }
}

/** Writes the groups one a line, readable by the user alone; gives how many. */
async function setAside(spool: string, groups: Iterable<readonly Trajectory[]>): Promise<number> {
  const file = await open(spool, 'wx', 0o600);
  let count = 0;
  try {
    for (const group of groups) {
      if (!isJudgeable(group)) continue;
      await file.write(`${JSON.stringify(group)}\n`);
      count += 1;
    }
  } finally {
    await file.close();
  }
  return count;
}

async function* readSpool(spool: string): AsyncGenerator<readonly Trajectory[]> {
  const stream = createReadStream(spool, { encoding: 'utf8' });
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      // Written by this process a moment ago, into a folder of its own.
      yield JSON.parse(line) as readonly Trajectory[];
    }
  } finally {
    stream.destroy();
  }
}
