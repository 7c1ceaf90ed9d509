import { describeFault } from '../../domain/describe-fault.ts';
import { EngineError, faultOf } from '../../domain/engine-error.ts';
import type { Fault } from '../../domain/fault.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { ChatMessage, ChatModel } from '../../engine/ports/chat.ts';
import type { AttemptScope } from '../../engine/ports/run.ts';
import { type ReviewMaterial, repairMessage, reviewMessage } from '../prompts.ts';
import { criteriaReplySchema, type ReviewerReply, readReviewerReply, reviewerReplySchema } from '../read-reply.ts';
import type { Seat } from './choose.ts';

export interface Question {
  readonly scope: AttemptScope;
  readonly material: ReviewMaterial;
  /** Throws `model/*`. */
  readonly modelOf: (id: string) => ChatModel;
  /** Most output tokens of one reply. */
  readonly outputLimit: number;
  /** How often each is asked, until its reply can be read. */
  readonly tries: number;
}

/** What one seat of the panel came to: its reply, or why there is none. */
export interface Answer {
  readonly seat: Seat;
  /** `PROVIDER/MODEL` that answered, or was to. */
  readonly model: string;
  readonly reply: Result<ReviewerReply>;
}

/**
 * Asks one reviewer, and again where its reply cannot be read. Its silence is a stated result. Throws where the
 * phase must stop: on an interruption, and where a required reviewer can be neither reached nor paid.
 */
export async function askSeat(seat: Seat, question: Question, signal: AbortSignal): Promise<Answer> {
  const { name, seconds } = seat.reviewer;
  const clock = AbortSignal.timeout(seconds * 1000);
  try {
    return { seat, ...(await converse(seat, question, AbortSignal.any([signal, clock]))) };
  } catch (error) {
    const timedOut = clock.aborted && !signal.aborted;
    const fault: Fault = timedOut
      ? { code: 'audit/failed', component: name, detail: `It took longer than ${seconds} s.` }
      : faultOf(error);
    const isStated = timedOut || saysNothing(fault) || (!seat.required && mayBeMissing(fault));
    if (error instanceof EngineError && isStated) return { seat, model: seat.model, reply: fail(fault) };
    throw error;
  }
}

async function converse(
  { reviewer, model: id }: Seat,
  { scope, material, modelOf, outputLimit, tries }: Question,
  signal: AbortSignal,
): Promise<Pick<Answer, 'model' | 'reply'>> {
  const asked = modelOf(id);
  const messages: ChatMessage[] = [{ role: 'user', text: reviewMessage(material) }];
  for (let asks = 1; ; asks++) {
    const request = {
      scope,
      role: 'auditor' as const,
      component: reviewer.name,
      system: reviewer.system,
      messages: [...messages],
      outputLimit: Math.min(outputLimit, reviewer.outputTokens),
      schema: reviewer.judgesCriteria ? criteriaReplySchema : reviewerReplySchema,
    };
    const { text, model } = await asked.complete(request, signal);
    const reply = readReviewerReply(text);
    if (reply.ok) return { model, reply: ok(reply.value) };
    const fault = { code: 'audit/broken-reply', component: reviewer.name, detail: reply.fault } as const;
    if (asks >= tries) return { model, reply: fail(fault) };
    messages.push({ role: 'assistant', text }, { role: 'user', text: repairMessage(reply.fault) });
  }
}

/** The reviewer answered, but gave no verdict: fails closed. An unreachable or unpaid model stops the phase instead. */
function saysNothing({ code }: Fault): boolean {
  return code === 'model/truncated' || code === 'model/refused' || code === 'model/timed-out';
}

/** What keeps a reviewer from answering that need not answer: a server that fails, a budget that is spent. */
function mayBeMissing({ code }: Fault): boolean {
  return code.startsWith('model/') || code.startsWith('budget/') || code === 'config/invalid';
}

export function describeSilence(fault: Fault): string {
  return describeFault(fault).message;
}
