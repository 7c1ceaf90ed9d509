import { describeFault } from './describe-fault.ts';
import type { Fault } from './fault.ts';

/** The one error class: thrown where the phase or the command must stop. The original error is its `cause`. */
export class EngineError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, cause?: unknown) {
    super(describeFault(fault).message, cause === undefined ? undefined : { cause });
    this.name = 'EngineError';
    this.fault = fault;
  }
}

/** The fault that a caught value carries. An abort is `interrupted`; anything unforeseen is a defect of ours. */
export function faultOf(error: unknown): Fault {
  if (error instanceof EngineError) return error.fault;
  if (error instanceof Error && error.name === 'AbortError') return { code: 'interrupted' };
  return { code: 'internal/defect', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
