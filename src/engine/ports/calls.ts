/** Calls as they are kept, and played back. See `run.ts` for what every port keeps to. */
import type { Role } from '../../domain/config.ts';
import type { ArmName } from '../../domain/deployment.ts';
import type { Fault } from '../../domain/fault.ts';
import type { Cost, Tokens } from '../../domain/money.ts';
import type { NotReplayable } from '../../domain/replay.ts';
import type { ChatMessage, Models, Tool, ToolCall } from './chat.ts';
import type { AttemptScope } from './run.ts';

/** One call as it is kept: a step of the trajectory. Written before its reply is used. */
export interface CallRecord {
  readonly callId: string;
  readonly scope: AttemptScope;
  readonly role: Role;
  readonly component: string | null;
  readonly model: string;
  readonly servedBy: string | null;
  /** Arm of a deployed version that served it; absent where none has a say. */
  readonly arm?: ArmName;
  readonly startedAt: string;
  readonly seconds: number;
  readonly system: string;
  readonly messages: readonly ChatMessage[];
  /** Tools that were offered, and what the reply asked of them. */
  readonly tools: readonly Tool[];
  readonly toolCalls: readonly ToolCall[];
  /** Null where no whole reply came. */
  readonly reply: string | null;
  readonly tokens: Tokens;
  readonly cost: Cost;
  readonly fault: Fault | null;
}

export interface CallKeeper {
  /** Secrets are taken out before anything is written. */
  keepCall(call: CallRecord): Promise<void>;
}

/** A call as the store kept it. Texts are null where they were not kept or no longer are. */
export interface KeptReply {
  readonly callId: string;
  readonly scope: AttemptScope;
  readonly role: Role | null;
  readonly component: string | null;
  readonly model: string;
  readonly servedBy: string | null;
  readonly startedAt: string;
  readonly seconds: number | null;
  readonly tokens: Tokens;
  readonly cost: Cost;
  /** How often it was tried again after it failed in passing. */
  readonly retries: number;
  readonly fault: Fault | null;
  readonly system: string | null;
  readonly messages: readonly ChatMessage[] | null;
  readonly toolCalls: readonly ToolCall[] | null;
  readonly reply: string | null;
  /** Nothing was taken out of its reply. */
  readonly replayable: boolean;
}

/** What a replay learns while replies are played back. */
export interface ReplayWatch {
  /** A request reads otherwise than the one that was answered. */
  readonly onPrompt: (scope: AttemptScope, about: string, recorded: string, replayed: string) => void;
  readonly onReply: () => void;
  /** There is nothing to play back; the call throws `interrupted` after this. */
  readonly onGap: (gap: NotReplayable) => void;
}

export interface KeptReplies {
  /**
   * The same models, but a request that was answered before, to the letter, gets that answer again, once for each
   * time. Nothing is reserved, sent or charged for it.
   */
  remembering(models: Models, kept: readonly KeptReply[], onUse: (kept: KeptReply) => void): Models;
  /** Models that only play back; `named` are those the run began with. A failure that was kept is thrown again. */
  replaying(
    kept: readonly KeptReply[],
    watch: ReplayWatch,
    named?: Readonly<Partial<Record<Role, string>>>,
  ): Pick<Models, 'for'>;
}
