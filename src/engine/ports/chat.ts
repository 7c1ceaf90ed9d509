/** Models as the engine asks them. See `run.ts` for what every port keeps to. */
import type { Role } from '../../domain/config.ts';
import type { Tokens } from '../../domain/money.ts';
import type { Result } from '../../domain/result.ts';
import type { ReplyFormat } from '../../domain/spec.ts';
import type { AttemptScope } from './run.ts';

/** What a model may ask for. */
export interface Tool {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its input, of type `object`. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A use of a tool that a model asked for. */
export interface ToolCall {
  /** Ties its result to it. */
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model wrote it, well-formed or not. */
  readonly arguments: string;
}

/** A tool call of a reply, read. */
export interface ToolRequest extends ToolCall {
  /** Its arguments; where they cannot be read, or no such tool was offered, what to answer the model with instead. */
  readonly input: Result<Readonly<Record<string, unknown>>, string>;
}

/** A picture as a model sees it. Its media type and size were read from its own bytes. */
export interface Picture {
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';
  readonly base64: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** One item of what a model thought, as its provider handed it out. Nobody else can read it. */
export interface SealedItem {
  readonly id: string;
  /** Encrypted by the provider. */
  readonly sealed: string;
  /** Only where the provider adds one unasked. */
  readonly summary: readonly string[];
  /** What it led to: the text of the reply, or its tool call of this position. */
  readonly before: 'text' | number;
}

/** What a model thought before it answered, for the same model alone to read on within the same conversation. */
export interface SealedReasoning {
  /** `PROVIDER/MODEL`: no other is sent it. */
  readonly model: string;
  /** Input tokens of it at most. */
  readonly tokens: number;
  readonly count: number;
  /** Of all items, in lower-case hexadecimal. */
  readonly sha256: string;
  /** Absent where messages are kept. */
  readonly items?: readonly SealedItem[];
}

export type ChatMessage =
  /** The text names each picture by its hash: where messages are kept or compared, it alone stands for them. */
  | { readonly role: 'user'; readonly text: string; readonly pictures?: readonly Picture[] }
  | {
      readonly role: 'assistant';
      readonly text: string;
      readonly toolCalls?: readonly ToolCall[];
      readonly reasoning?: SealedReasoning;
    }
  /** The result of one tool call of the assistant message before; each call has exactly one. */
  | { readonly role: 'tool'; readonly toolCallId: string; readonly text: string };

export interface ChatRequest {
  readonly scope: AttemptScope;
  readonly role: Role;
  /** Which of the role's components asks, such as `correctness`; null where the role has but one. */
  readonly component: string | null;
  /** Stable part first, for the provider's prompt cache. The line `Countersign role: …` is put before it on the wire. */
  readonly system: string;
  /** Ends with a user message or a tool result, to which the line `Phase ID, attempt N` is added on the wire. */
  readonly messages: readonly ChatMessage[];
  /** Tools that the model may ask for. Offer the same ones in each turn: they are part of the cached prefix. */
  readonly tools?: readonly Tool[];
  /** `none` asks for an answer now, though tools are offered. */
  readonly toolChoice?: 'auto' | 'none';
  /** Most output tokens wanted; the budget may lower it. */
  readonly outputLimit: number;
  /** Ask for one JSON object of this JSON Schema, strictly where the server can. */
  readonly schema: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> } | null;
  readonly temperature?: number;
  /** Text as it arrives, for progress only. */
  readonly onText?: (delta: string) => void;
}

/** A whole, finished reply. Cut off, filtered and refused replies are thrown as faults and never returned. */
export interface ChatReply {
  /** May be empty where tools are asked for. */
  readonly text: string;
  readonly toolCalls: readonly ToolRequest[];
  /** To be put on this reply's message in the next turn of the conversation. */
  readonly reasoning?: SealedReasoning;
  /** False where tools were offered but this model or its server takes none: they were not sent. */
  readonly tookTools: boolean;
  /** Set where pictures had to be left out of the request. */
  readonly leftPictures?: true;
  /** What of the model's profile was not asked of its server, behind the model's name; absent for nothing. */
  readonly leftBias?: string;
  /** As the provider reported it; null where it reported nothing usable. */
  readonly tokens: Tokens | null;
  /** What the provider says it charged, where it says so. */
  readonly billedMicros: number | null;
  /** `PROVIDER/MODEL` that answered: another than was asked where that one could not serve. */
  readonly model: string;
  /** Model name as the provider reported it. */
  readonly servedBy: string | null;
}

/** One model behind whatever wire. Throws `model/*` faults, `budget/*` once it is metered, and `interrupted`. */
export interface ChatModel {
  /** `PROVIDER/MODEL`. */
  readonly id: string;
  /** True where replies come from a cassette. */
  readonly recorded: boolean;
  /** Which reply format suits it by its family. */
  readonly format: ReplyFormat;
  /** Pictures may be sent to it; left out where they may not. */
  readonly seesPictures?: boolean;
  /** Other models that may answer in its place: where it is down, or too dear for what is left of the budget. */
  readonly standIns: readonly string[];
  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply>;
}

/** Gives the metered, retried and recorded model for a role. Throws `model/not-configured`. */
export interface Models {
  /** `cheaper`: models, best first, that may answer where the worst case of this one does not fit the budget. */
  for(role: Role, override?: string, cheaper?: readonly string[]): ChatModel;
  /** Most that one call may cost, in micro-dollars; null where nobody states a price. */
  worstCost(model: string, inputTokens: number, outputTokens: number): Promise<number | null>;
}
