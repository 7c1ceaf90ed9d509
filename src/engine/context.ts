import type { Config } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { EventDraft } from '../domain/event.ts';
import type { FrozenPlan } from '../domain/run.ts';
import type { Scorer } from '../domain/scorer.ts';
import type { Strategy } from '../domain/strategy.ts';
import type { RunControl } from './control.ts';
import type { Auditor } from './ports/auditor.ts';
import type { Budget } from './ports/budget.ts';
import type { Builder } from './ports/builder.ts';
import type { KeptReplies } from './ports/calls.ts';
import type { Models } from './ports/chat.ts';
import type { Verifier } from './ports/checks.ts';
import type { Repository } from './ports/repository.ts';
import type { AttemptScope, ControlInbox, Deployments, Emit, RunClaims, RunStore } from './ports/run.ts';

/** The parts an engine is made of. `compose.ts` puts the real ones together. */
export interface EngineParts {
  readonly config: Config;
  readonly repository: Repository;
  readonly verifier: Verifier;
  readonly builder: Builder;
  readonly auditor: Auditor;
  readonly budget: Budget;
  readonly store: RunStore;
  readonly claims: RunClaims;
  /** Models whose calls are metered for, and told to, one run; as configured, or as a run had them. */
  readonly modelsOf: (emit: Emit, models?: Config['models']) => Models;
  readonly now: () => Date;
  readonly keptReplies: KeptReplies;
  readonly inbox: ControlInbox;
  readonly deployments: Deployments;
  /** What ranks candidates that came equally far, by what landed before; null for none. Throws `scorer/unreadable`. */
  readonly scorer?: () => Promise<Scorer | null>;
  /** Of Countersign itself: other prompts come with another one. */
  readonly version: string;
  /** Fingerprints of prompts that are not Countersign's own, by name. */
  readonly prompts: Readonly<Record<string, string>>;
  /** Reads globs as scopes do. */
  readonly matching: (globs: readonly string[]) => (path: string) => boolean;
}

/** One run under way. */
export interface RunContext {
  readonly parts: EngineParts;
  readonly runId: string;
  readonly plan: FrozenPlan;
  readonly models: Models;
  /** The rules that hold to the end of the run. */
  readonly strategy: Strategy;
  readonly emit: Emit;
}

/** A run whose phases can be stopped, paused and skipped. */
export interface LiveContext extends RunContext {
  readonly control: RunControl;
  /** False where another goes on with the run meanwhile: that one closes it. */
  readonly closesRun: boolean;
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
