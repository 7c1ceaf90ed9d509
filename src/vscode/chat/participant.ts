import { type CancellationToken, type ChatRequest, chat, type Disposable, ThemeIcon } from 'vscode';
import { participantId } from '../../manifest/chat.ts';
import type { Session } from '../session.ts';
import type { Answering } from './answering.ts';

export type Answer = (
  request: Pick<ChatRequest, 'command' | 'prompt'>,
  say: Answering['say'],
  token: CancellationToken,
) => Promise<void>;

/** How requests are answered; loaded with the first one. */
export function answerWith(session: Session): Answer {
  return async (request, say, token) => {
    const { answer } = await import('./answer.ts');
    await answer(session, request, say, token);
  };
}

/** `@countersign` in the chat. */
export function registerParticipant(answer: Answer): Disposable {
  const participant = chat.createChatParticipant(participantId, (request, _context, stream, token) =>
    answer(request, stream, token),
  );
  participant.iconPath = new ThemeIcon('person');
  return participant;
}
