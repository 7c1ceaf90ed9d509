import { EngineError } from '../domain/engine-error.ts';
import type { NotReplayable } from '../domain/replay.ts';
import type { ReplyFormat } from '../domain/spec.ts';
import type { KeptReplies, KeptReply, ReplayWatch } from '../engine/ports/calls.ts';
import type { ChatModel, ChatReply, ChatRequest } from '../engine/ports/chat.ts';
import { formatOf } from './format.ts';
import { seesPictures } from './pictures.ts';
import { readToolCalls } from './tool-calls.ts';
import { type Frame, frameOf, roleName } from './wire.ts';

export interface KeptRepliesOptions {
  /** As the store redacts: what is kept is compared with what would be kept. */
  readonly redact: (text: string) => string;
  /** Reply formats that the configuration sets, by `PROVIDER/MODEL`. */
  readonly formats: Readonly<Record<string, ReplyFormat>>;
  /** Whether models see pictures, where the configuration says it. */
  readonly vision: Readonly<Record<string, boolean>>;
}

/** Answers requests from what the store kept of earlier ones. */
export function createKeptReplies(options: KeptRepliesOptions): KeptReplies {
  return {
    remembering(models, kept, onUse) {
      const unused = new Set(kept.filter(isWhole));
      return {
        ...models,
        for(role, override, cheaper) {
          const model = models.for(role, override, cheaper);
          return {
            ...model,
            async complete(request, signal) {
              const same = sameRequest(unused, [model.id, ...model.standIns], request, options);
              if (!same) return model.complete(request, signal);
              unused.delete(same);
              onUse(same);
              if (same.fault) throw new EngineError(same.fault);
              return replyOf(same, request);
            },
          };
        },
      };
    },
    replaying(kept, watch, named = {}) {
      const unused = new Set(kept);
      return {
        for(role, override) {
          const id =
            override ?? named[role] ?? kept.findLast((reply) => reply.role === role)?.model ?? `recorded/${role}`;
          const format = options.formats[id] ?? formatOf(id.slice(id.indexOf('/') + 1));
          const sees = options.vision[id] ?? seesPictures(id);
          const complete = async (request: ChatRequest) => playBack(unused, request, watch, options);
          return { id, recorded: true, format, standIns: [], seesPictures: sees, complete } satisfies ChatModel;
        },
      };
    },
  };
}

/** A reply that was cut off or refused was paid for as well: it is no other the second time. */
const answers: ReadonlySet<string> = new Set(['model/truncated', 'model/refused']);

function isWhole(kept: KeptReply): boolean {
  if (kept.messages === null) return false;
  return kept.fault === null ? kept.replayable : answers.has(kept.fault.code);
}

function isSamePlace(kept: KeptReply, { scope, role, component }: ChatRequest): boolean {
  const { phaseId, attempt } = kept.scope;
  if (phaseId !== scope.phaseId || attempt !== scope.attempt || kept.role !== role) return false;
  // Where a role has but one component, the store names it by the role.
  return (kept.component ?? role) === (component ?? role);
}

function sameRequest(
  unused: ReadonlySet<KeptReply>,
  models: readonly string[],
  request: ChatRequest,
  options: KeptRepliesOptions,
): KeptReply | undefined {
  const near = [...unused].filter((kept) => models.includes(kept.model) && isSamePlace(kept, request));
  if (near.length === 0) return undefined;
  const text = textOfPrompt(frameOf(request), options.redact);
  return near.find((kept) => textOfKept(kept) === text);
}

/** A prompt as one text, line by line as a person reads it. */
function textOfPrompt({ system, messages }: Frame, redact: (text: string) => string): string {
  return redact(spell(system, messages));
}

function textOfKept({ system, messages }: KeptReply): string {
  return spell(system ?? '', messages ?? []);
}

function spell(system: string, messages: Frame['messages']): string {
  const told = messages.map((message) => {
    const asked = message.role === 'assistant' ? (message.toolCalls ?? []) : [];
    return [`[${message.role}]`, message.text, ...asked.map((use) => `${use.name} ${use.arguments}`)].join('\n');
  });
  return [system, ...told].join('\n');
}

/** The kept reply of this place: the one to this very prompt where there is one, else the next in order. */
function playBack(
  unused: Set<KeptReply>,
  request: ChatRequest,
  watch: ReplayWatch,
  { redact }: KeptRepliesOptions,
): ChatReply {
  // Of tries that failed in passing only the last one counts.
  const here = [...unused].filter((kept) => isSamePlace(kept, request) && kept.retries === 0);
  const about = roleName(request);
  const stop = (why: NotReplayable['why']): never => {
    watch.onGap({ phaseId: request.scope.phaseId, attempt: request.scope.attempt, about, why });
    throw new EngineError({ code: 'interrupted' });
  };
  const text = textOfPrompt(frameOf(request), redact);
  const answered = here.filter(({ reply }) => reply !== null);
  const kept = answered.find((reply) => textOfKept(reply) === text) ?? answered[0];
  if (!kept) {
    const failed = here.find(({ fault }) => fault !== null && fault.code !== 'interrupted');
    if (!failed?.fault) return stop(here.some(({ fault }) => fault === null) ? 'not-kept' : 'no-reply');
    unused.delete(failed);
    throw new EngineError(failed.fault);
  }
  unused.delete(kept);
  if (textOfKept(kept) !== text) watch.onPrompt(request.scope, about, textOfKept(kept), text);
  if (!kept.replayable) return stop('redacted');
  watch.onReply();
  return replyOf(kept, request);
}

function replyOf(kept: KeptReply, request: ChatRequest): ChatReply {
  const text = kept.reply ?? '';
  request.onText?.(text);
  return {
    text,
    toolCalls: readToolCalls(kept.toolCalls ?? [], request.tools ?? []),
    tookTools: true,
    tokens: kept.tokens,
    billedMicros: kept.cost.label === 'billed' ? kept.cost.micros : null,
    servedBy: kept.servedBy,
    model: kept.model,
  };
}
