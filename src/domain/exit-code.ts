import type { Fault } from './fault.ts';

/** Process exit codes of the command line. */
export const exitCodes = {
  done: 0,
  defect: 1,
  usage: 2,
  rejected: 3,
  budget: 4,
  waits: 5,
  environment: 6,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export function exitCodeOf(fault: Fault): ExitCode {
  const room = fault.code.slice(0, fault.code.indexOf('/'));
  switch (fault.code) {
    case 'interrupted':
      return exitCodes.interrupted;
    case 'model/not-configured':
      return exitCodes.usage;
    case 'plan/unusable':
    case 'run/not-promotable':
    case 'model/truncated':
    case 'model/refused':
      return exitCodes.rejected;
    case 'run/no-answer':
    case 'run/held':
    case 'serve/port-taken':
    case 'check/no-sandbox':
    case 'store/accounts-unavailable':
    case 'rollback/built-upon':
    case 'rollback/not-on-branch':
    case 'rollback/no-branch':
      return exitCodes.environment;
    case 'training/failed':
      return exitCodes.environment;
    case 'training/not-ready':
    case 'deployment/not-promoted':
      return exitCodes.rejected;
    case 'store/newer':
    case 'store/damaged':
      return exitCodes.defect;
    default:
  }
  switch (room) {
    case 'arguments':
    case 'spec':
    case 'plan':
    case 'config':
    case 'import':
    case 'run':
    case 'review':
    case 'rollback':
    case 'training':
    case 'deployment':
    case 'profile':
    case 'scorer':
      return exitCodes.usage;
    case 'builder':
    case 'patch':
    case 'audit':
    case 'check':
    case 'demo':
    case 'archive':
      return exitCodes.rejected;
    case 'budget':
      return exitCodes.budget;
    case 'model':
    case 'repository':
    case 'git':
    case 'remote':
    case 'gh':
    case 'environment':
      return exitCodes.environment;
    default:
      return exitCodes.defect;
  }
}

/** Headless, the first of these that any phase ended with is the exit code of the whole. */
const precedence: readonly ExitCode[] = [130, 1, 2, 6, 4, 3, 5, 0];

export function worstExitCode(codes: Iterable<ExitCode>): ExitCode {
  const seen = new Set(codes);
  return precedence.find((code) => seen.has(code)) ?? exitCodes.done;
}
