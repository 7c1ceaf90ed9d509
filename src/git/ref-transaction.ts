import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../domain/engine-error.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { collectErrors, ended, type Git, killGroup, startGit } from './exec.ts';
import { faultOfFailure } from './git-failure.ts';
import { byteReader } from './read-objects.ts';

/** Moves `ref` from `from` to `to`; null stands for "is not there". */
export interface RefMove {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string;
}

/** All refs locked and checked, none moved yet. Exactly one of `commit` and `abort` must follow. */
export interface PreparedRefs {
  /** The git process that holds the locks. */
  readonly pid: number;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

const words = ['update-ref', '--stdin', '-m'];

/**
 * Locks refs for a common move; a branch that HEAD is on takes HEAD's lock too. Fails with `repository/moved` where
 * one is not at `from`, and with `repository/locked` where another git holds one beyond `waitSeconds`.
 */
export async function prepareRefs(
  git: Git,
  moves: readonly RefMove[],
  reason: string,
  waitSeconds: number,
): Promise<Result<PreparedRefs>> {
  const until = Date.now() + waitSeconds * 1000;
  for (;;) {
    const prepared = await tryPrepare(git, moves, reason);
    if (prepared.ok || prepared.fault.code !== 'repository/locked' || Date.now() >= until) return prepared;
    await sleep(100);
  }
}

/** Moves refs at once, for where nothing else has to happen under the locks. */
export async function moveRefs(
  git: Git,
  moves: readonly RefMove[],
  reason: string,
  waitSeconds = 5,
): Promise<Result<void>> {
  const prepared = await prepareRefs(git, moves, reason, waitSeconds);
  if (!prepared.ok) return prepared;
  await prepared.value.commit();
  return ok(undefined);
}

async function tryPrepare(git: Git, moves: readonly RefMove[], reason: string): Promise<Result<PreparedRefs>> {
  const child = startGit(git, [...words, reason.replaceAll(/\s+/g, ' ')]);
  const errors = collectErrors(child);
  const done = ended(child, git);
  done.catch(() => undefined);
  child.stdin?.on('error', () => undefined);
  const reader = byteReader(child);
  const say = async (text: string, expected: string) => {
    child.stdin?.write(text);
    const answer = await reader.line();
    if (answer !== expected) throw new Error(`git answered \`${answer}\`, not \`${expected}\`.`);
  };
  try {
    await say('start\n', 'start: ok');
    await say(`${moves.map(lineOf).join('')}prepare\n`, 'prepare: ok');
  } catch (error) {
    killGroup(child);
    const exitCode = await done;
    const fault = faultOfRefs(git, moves, exitCode, errors());
    if (fault.code === 'git/failed') throw new EngineError(fault, error);
    return fail(fault);
  }
  return ok({
    pid: child.pid as number,
    commit: async () => {
      try {
        await say('commit\n', 'commit: ok');
        await finish(child, done);
      } catch (error) {
        killGroup(child);
        const exitCode = await done;
        throw new EngineError(faultOfFailure(git, words, exitCode, errors()), error);
      }
    },
    abort: async () => {
      await say('abort\n', 'abort: ok').catch(() => undefined);
      await finish(child, done);
    },
  });
}

async function finish(child: ChildProcess, done: Promise<number | null>): Promise<void> {
  child.stdin?.end();
  await done;
}

function lineOf({ ref, from, to }: RefMove): string {
  return from === null ? `create ${ref} ${to}\n` : `update ${ref} ${to} ${from}\n`;
}

function faultOfRefs(git: Git, moves: readonly RefMove[], exitCode: number | null, errors: string) {
  const ref = /cannot lock ref '([^']+)'/.exec(errors)?.[1];
  if (ref && /but expected|reference already exists|unable to resolve reference/.test(errors)) {
    const branch = moves.find((move) => move.ref === ref)?.ref ?? (moves[0]?.ref as string);
    return { code: 'repository/moved', branch } as const;
  }
  return faultOfFailure(git, words, exitCode, errors);
}
