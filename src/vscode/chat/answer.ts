import type { CancellationToken, ChatRequest } from 'vscode';
import { localize } from '../../contract/words.ts';
import { faultOf } from '../../domain/engine-error.ts';
import { type ChatCommand, chatCommands } from '../../manifest/chat.ts';
import type { Session } from '../session.ts';
import { textOf } from '../show-fault.ts';
import type { Answering } from './answering.ts';
import { auditInChat } from './audit-in-chat.ts';
import { explainInChat, spendInChat } from './past-in-chat.ts';
import { plainText } from './words.ts';
import { planInChat, runInChat } from './work-in-chat.ts';

const answers: Readonly<Record<ChatCommand, (answering: Answering) => Promise<void>>> = {
  plan: planInChat,
  run: runInChat,
  audit: auditInChat,
  spend: spendInChat,
  explain: explainInChat,
};

/** Answers one request; what goes wrong is said in the answer. */
export async function answer(
  session: Session,
  { command, prompt }: Pick<ChatRequest, 'command' | 'prompt'>,
  say: Answering['say'],
  token: CancellationToken,
): Promise<void> {
  const known = chatCommands.find(({ name }) => name === command);
  if (!known) {
    say.markdown(localize('Countersign has changes made, checked and audited; none lands without your signature.\n\n'));
    say.markdown(chatCommands.map(({ name, description }) => `- \`/${name}\` ${description}\n`).join(''));
    return;
  }
  const stopped = new AbortController();
  const listening = token.onCancellationRequested(() => stopped.abort());
  try {
    await answers[known.name]({ session, prompt: prompt.trim(), say, signal: stopped.signal });
  } catch (error) {
    const fault = faultOf(error);
    const { message, remedy } = textOf(fault);
    say.markdown(fault.code === 'interrupted' ? localize('Stopped.') : plainText(`${message} ${remedy}`.trim()));
  } finally {
    listening.dispose();
  }
}
