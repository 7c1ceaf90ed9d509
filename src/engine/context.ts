import type { Config } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { EventDraft } from '../domain/event.ts';
import type { FrozenPlan } from '../domain/run.ts';
import type { RunControl } from './control.ts';
import type { Auditor } from './ports/auditor.ts';
import type { Budget } from './ports/budget.ts';
import type { Builder } from './ports/builder.ts';
import type { KeptReplies } from './ports/calls.ts';
import type { Models } from './ports/chat.ts';
import type { Verifier } from './ports/checks.ts';
import type { Repository } from './ports/repository.ts';
import type { AttemptScope, ControlInbox, Emit, RunStore } from './ports/run.ts';

/** The parts an engine is made of. `compose.ts` puts the real ones together. */
export interface EngineParts {
  readonly config: Config;
  readonly repository: Repository;
  readonly verifier: Verifier;
  readonly builder: Builder;
  readonly auditor: Auditor;
  readonly budget: Budget;
  readonly store: RunStore;
  /** Models whose calls are metered for, and told to, one run. */
  readonly modelsOf: (emit: Emit) => Models;
  readonly now: () => Date;
  readonly keptReplies: KeptReplies;
  readonly inbox: ControlInbox;
  /** Of Countersign itself: other prompts come with another one. */
  readonly version: string;
}

/** One run under way. */
export interface RunContext {
  readonly parts: EngineParts;
  readonly runId: string;
  readonly plan: FrozenPlan;
  readonly models: Models;
  readonly emit: Emit;
}

/** A run whose phases can be stopped, paused and skipped. */
export interface LiveContext extends RunContext {
  readonly control: RunControl;
}

type Unscoped<Draft> = Draft extends EventDraft ? Omit<Draft, 'phaseId' | 'attempt'> : never;

/** Emits for one attempt, so that no call site repeats which. An attempt of 0 means none has begun. */
export function emitFor(context: { readonly emit: Emit }, scope: Pick<AttemptScope, 'phaseId' | 'attempt'>) {
  const of = scope.attempt === 0 ? { phaseId: scope.phaseId } : { phaseId: scope.phaseId, attempt: scope.attempt };
  return (draft: Unscoped<EventDraft>) => context.emit({ ...of, ...draft } as EventDraft);
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
}
