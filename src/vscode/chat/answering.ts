import type { ChatResponseStream } from 'vscode';
import type { Session } from '../session.ts';

/** What an answer is made with. */
export interface Answering {
  readonly session: Session;
  /** What the user wrote behind the command. */
  readonly prompt: string;
  readonly say: Pick<ChatResponseStream, 'markdown' | 'progress' | 'button' | 'anchor'>;
  readonly signal: AbortSignal;
}
