import {
  CancellationTokenSource,
  type LanguageModelChat,
  LanguageModelChatMessage,
  LanguageModelError,
  lm,
  workspace,
} from 'vscode';
import {
  type ClientCall,
  type ClientReply,
  interruptedOnWire,
  type ModelClient,
  WireFailure,
} from '../../compose/model-client.ts';
import { editorProvider } from './editor-models.ts';

/** The client of a model that VS Code offers; null for other providers, and where the user does not want them used. */
export function editorClient(provider: string, model: string): ModelClient | null {
  if (provider !== editorProvider) return null;
  if (!workspace.getConfiguration('countersign').get<boolean>('models.useEditorModels', true)) return null;
  const id = `${provider}/${model}`;
  return { id, recorded: false, send: (call, signal) => send(id, call, signal) };
}

/** Language models of VS Code report neither usage nor why a reply ended: its tokens are estimated from the text. */
async function send(id: string, call: ClientCall, signal: AbortSignal): Promise<ClientReply> {
  const [, vendor = '', ...rest] = id.split('/');
  const [chosen] = await lm.selectChatModels({ vendor, id: rest.join('/') });
  if (!chosen) {
    throw new WireFailure({
      code: 'model/rejected',
      provider: id,
      status: 404,
      detail: 'VS Code does not offer it now.',
    });
  }
  const cancellation = new CancellationTokenSource();
  const cancel = () => cancellation.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    const text = await replyOf(chosen, call, cancellation);
    if (signal.aborted) throw interruptedOnWire(signal.reason);
    if (text.trim() === '') throw emptyReply(id);
    return { text, charge: { type: 'unreported', output: text }, servedBy: `${chosen.vendor}/${chosen.family}` };
  } catch (error) {
    throw signal.aborted ? interruptedOnWire(error) : failureOf(id, error);
  } finally {
    signal.removeEventListener('abort', cancel);
    cancellation.dispose();
  }
}

async function replyOf(
  model: LanguageModelChat,
  { frame, request, outputLimit }: ClientCall,
  { token }: CancellationTokenSource,
): Promise<string> {
  const options = {
    justification: 'Countersign builds and reviews the phase that you run.',
    modelOptions: { max_tokens: outputLimit },
  };
  const response = await model.sendRequest(messagesOf(frame), options, token);
  let text = '';
  for await (const piece of response.text) {
    text += piece;
    request.onText?.(piece);
  }
  return text;
}

/** There is no system message here; the first message takes its place. */
function messagesOf({ system, messages }: ClientCall['frame']): LanguageModelChatMessage[] {
  return [
    LanguageModelChatMessage.User(system),
    ...messages.map(({ role, text }) =>
      role === 'user' ? LanguageModelChatMessage.User(text) : LanguageModelChatMessage.Assistant(text),
    ),
  ];
}

function emptyReply(provider: string): WireFailure {
  const fault = { code: 'model/broken-reply', provider, detail: 'it is empty' } as const;
  return new WireFailure(fault, { charge: { type: 'uncertain' }, transient: true });
}

function failureOf(provider: string, error: unknown): unknown {
  if (error instanceof WireFailure) return error;
  if (!(error instanceof Error)) return error;
  const detail = error.message;
  if (error instanceof LanguageModelError) {
    switch (error.code) {
      case LanguageModelError.NotFound.name:
        return new WireFailure({ code: 'model/rejected', provider, status: 404, detail }, { cause: error });
      case LanguageModelError.NoPermissions.name:
        return new WireFailure(
          { code: 'model/refused', provider, detail: 'it may not be used from here' },
          { cause: error },
        );
      case LanguageModelError.Blocked.name:
        return new WireFailure({ code: 'model/refused', provider, detail }, { cause: error });
      default:
    }
  }
  const fault = { code: 'model/server-error', provider, status: 500, detail } as const;
  return new WireFailure(fault, { charge: { type: 'uncertain' }, transient: true, cause: error });
}
