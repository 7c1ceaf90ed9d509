import { createHash } from 'node:crypto';
import type { CheckResult } from '../domain/checks.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { VerifyStep } from '../domain/spec.ts';
import { findProgram } from './find-program.ts';
import { limitScript, type ResourceLimits } from './resource-limits.ts';
import { type CommandEnd, runCommand } from './run-command.ts';
import { splitCommand } from './split-command.ts';

export interface CheckLimits {
  /** Most bytes of a command's output that are kept, half from its start and half from its end. */
  readonly outputBytes: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
  /** How often a flaky step is tried at most. */
  readonly flakyTries: number;
  readonly secondsBetweenTries: number;
}

export const defaultCheckLimits: CheckLimits = {
  outputBytes: 64 * 1024,
  graceSeconds: 5,
  flakyTries: 3,
  secondsBetweenTries: 5,
};

/** Waits, and rejects with the signal's reason when it is aborted. Injected, so that tests need not wait. */
export type Sleep = (seconds: number, signal: AbortSignal) => Promise<void>;

/** Where and how the commands of one report run. */
export interface Workplace {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: CheckLimits;
  readonly resources: ResourceLimits;
  readonly sleep: Sleep;
  /** Bubblewrap with its arguments up to `--`; null without a sandbox. */
  readonly sandbox: { readonly program: string; readonly args: readonly string[] } | null;
}

export type Step = Pick<VerifyStep, 'run' | 'timeout' | 'shell' | 'flaky'>;

/** Runs one step to its end, again where it is flaky and failed. Throws `interrupted` and `check/no-sandbox` only. */
export async function runStep(step: Step, place: Workplace, signal: AbortSignal): Promise<CheckResult> {
  const command = await commandOf(step, place);
  if (typeof command === 'string') return notStartable(step.run, command);
  const most = step.flaky ? place.limits.flakyTries : 1;
  for (let tries = 1; ; tries += 1) {
    const result = resultOf(step, await runOnce(command, step, place, signal), tries);
    if (result.outcome === 'passed' || result.outcome === 'not-startable' || tries >= most) return result;
    await pause(place, signal);
  }
}

/** Program and arguments, or the sentence that says why there are none. */
async function commandOf(step: Step, place: Workplace): Promise<readonly string[] | string> {
  if (step.shell)
    return process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', step.run] : ['/bin/sh', '-c', step.run];
  const split = splitCommand(step.run);
  if (!split.ok) return split.fault;
  const [program] = split.value;
  // A path may lead into a folder that only the sandbox shows: there, starting it tells.
  if (place.sandbox && program.includes('/')) return split.value;
  if (await findProgram(program, place)) return split.value;
  return program.includes('/')
    ? `There is no program ${program} in the checked tree.`
    : `The program ${program} is not on PATH: install it, or name it with its path.`;
}

function runOnce(command: readonly string[], step: Step, place: Workplace, signal: AbortSignal): Promise<CommandEnd> {
  const [program, ...args] = [...(place.sandbox?.args ?? []), ...launched(command, place)];
  return runCommand(
    {
      program: place.sandbox?.program ?? (program as string),
      args: place.sandbox ? [program as string, ...args] : args,
      directory: place.directory,
      environment: place.environment,
      timeoutSeconds: step.timeout,
      graceSeconds: place.limits.graceSeconds,
      outputBytes: place.limits.outputBytes,
      sandboxed: place.sandbox !== null,
    },
    signal,
  );
}

/**
 * The command with its limits, and both outputs on one pipe, so that they stand in the order they were written. The
 * command is no shell text here.
 */
function launched(command: readonly string[], { resources, sandbox }: Workplace): readonly string[] {
  if (process.platform === 'win32') return command;
  const script = `${limitScript(resources, sandbox !== null)}; exec "$@" 2>&1`;
  return ['/bin/sh', '-c', script, launcher, ...command];
}

const launcher = 'countersign-check';
/** How shells say that `exec` found nothing to start; the check itself does not run under this name. */
const launcherFailed = new RegExp(`^${launcher}: (?:line )?\\d+: (?:exec: )?`, 'm');

function resultOf(step: Step, end: CommandEnd, tries: number): CheckResult {
  if (end.ended === 'sandbox-failed') throw new EngineError({ code: 'check/no-sandbox', detail: end.output.trim() });
  if (end.ended === 'not-started') return notStartable(step.run, end.output);
  const { exitCode, seconds, output, outputHash } = end;
  const made = { command: step.run, exitCode, seconds, output, outputHash, tries };
  if (end.ended === 'timed-out') {
    return { ...made, outcome: 'timed-out', output: `${output}\n… stopped after ${step.timeout} s …\n` };
  }
  if ((exitCode === 126 || exitCode === 127) && launcherFailed.test(output)) {
    const hidden = 'A program outside the system, PATH and the known toolchains does not exist in the sandbox.';
    return notStartable(step.run, `${output.trim()}\n${hidden}`);
  }
  return { ...made, outcome: exitCode === 0 ? 'passed' : 'failed' };
}

export function notStartable(command: string, output: string): CheckResult {
  const outputHash = createHash('sha256').update(output).digest('hex');
  return { command, outcome: 'not-startable', exitCode: null, seconds: 0, output, outputHash, tries: 1 };
}

async function pause(place: Workplace, signal: AbortSignal): Promise<void> {
  try {
    await place.sleep(place.limits.secondsBetweenTries, signal);
  } catch (error) {
    if (signal.aborted) throw new EngineError({ code: 'interrupted' });
    throw error;
  }
}
