/** What turns a phase into a proposal. See `run.ts` for what every port keeps to. */
import type { EngineEvent, EventOf } from '../../domain/event.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Result } from '../../domain/result.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { Because } from '../../domain/verdict.ts';
import type { ChatModel } from './chat.ts';
import type { AttemptScope } from './run.ts';

/** One attempt at one phase. */
export interface Task {
  readonly scope: AttemptScope;
  readonly spec: PhaseSpec;
  /** Commit that the proposal is written against. */
  readonly base: string;
}

/** A task with the model that is to do it. */
export interface Assignment extends Task {
  readonly model: ChatModel;
  /** Where several proposals are made for one attempt, what tells them apart. */
  readonly temperature?: number;
  /** The model that weighs what was found where too much was. Throws `model/not-configured`. */
  readonly aggregator?: () => ChatModel;
}

/** A place in a file, by its path from the top of the repository. */
export interface CodePlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What is declared or used there; empty where it is about no name. */
  readonly name: string;
  /** In a word: `function`, `class`, `use`. */
  readonly kind: string;
}

/**
 * What an editor's language services say. They read files as the editor has them, which may differ from any commit:
 * hold `texts` against it before you believe them.
 */
export interface LanguageServices {
  /** Declarations of these very names; looks into `likely` files first. */
  symbols(names: readonly string[], likely: readonly string[], signal: AbortSignal): Promise<readonly CodePlace[]>;
  references(declaration: CodePlace, signal: AbortSignal): Promise<readonly CodePlace[]>;
  diagnostics(): readonly {
    readonly place: CodePlace;
    readonly severity: 'error' | 'warning';
    readonly message: string;
  }[];
  /** Files as they are on disk; those with unsaved changes, or that cannot be read, are absent. */
  texts(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

type Told<Event> = Event extends EngineEvent ? Omit<Event, 'eventId' | 'at' | 'runId' | 'phaseId' | 'attempt'> : never;

/** Tells what the Builder does while it works. Resolves once it is kept. */
export type TellBuilding = (news: Told<EventOf<'context-gathered' | 'tool-used' | 'notice'>>) => Promise<void>;

/** What changed in a phase's scope since the commit its spec was written against. */
export interface Drift {
  readonly base: string;
  /** False where the repository does not have that commit. */
  readonly known: boolean;
  readonly paths: readonly string[];
}

export interface Builder {
  /** Null where the spec names no base, or nothing in its scope changed since. Costs nothing. */
  drift(task: Task): Promise<Drift | null>;
  /**
   * One proposal for one attempt; `feedback` says why the attempt before did not land. Fails with `model/truncated`
   * where the reply was cut off, so that the next attempt can be shorter.
   */
  propose(
    assignment: Assignment,
    feedback: Feedback | null,
    tell: TellBuilding,
    signal: AbortSignal,
  ): Promise<Result<Proposal>>;
  /** States cause and plan after a failed attempt. */
  reflect(assignment: Assignment, proposal: Proposal | null, because: Because, signal: AbortSignal): Promise<string>;
}

export interface Feedback {
  readonly because: Because;
  /** The reflection on it; null where none was made. */
  readonly reflection: string | null;
  /** The canonical patch (or raw reply) of the attempt before. */
  readonly previous: string | null;
  /** The attempt before stands: the next one changes what it left. */
  readonly continues?: boolean;
}
