import {
  CancellationTokenSource,
  type LanguageModelChat,
  LanguageModelChatMessage,
  LanguageModelTextPart,
  LanguageModelToolCallPart,
  LanguageModelToolResultPart,
  l10n,
  lm,
  workspace,
} from 'vscode';
import {
  type ChatMessage,
  type ClientCall,
  type ClientReply,
  createWatch,
  defaultTimers,
  hasPictures,
  interruptedOnWire,
  type ModelClient,
  picturesOf,
  refusesPictures,
  refusesTools,
  type ToolCall,
  type Watch,
  WireFailure,
  withoutPictures,
  withoutTools,
} from '../../compose/model-client.ts';
import { describeFault } from '../../domain/describe-fault.ts';
import { failureOfEditorError } from './editor-failure.ts';
import { editorProvider } from './editor-models.ts';
import { canSendPictures, pictureParts } from './picture-part.ts';

/** The client of a model that VS Code offers; null for other providers, and where the user does not want them used. */
export function editorClient(provider: string, model: string): ModelClient | null {
  if (provider !== editorProvider) return null;
  if (!workspace.getConfiguration('countersign').get<boolean>('models.useEditorModels', true)) return null;
  const id = `${provider}/${model}`;
  const takes: Takes = { tools: true, pictures: canSendPictures() };
  return {
    id,
    recorded: false,
    async send(call, signal) {
      for (;;) {
        try {
          return await send(id, call, { ...takes }, signal);
        } catch (error) {
          const refused = signal.aborted ? null : refusedOf(error, call, takes);
          if (!refused) throw error;
          takes[refused] = false;
        }
      }
    },
  };
}

/** What a model can be sent, as far as its refusals have taught us. */
interface Takes {
  tools: boolean;
  pictures: boolean;
}

/** What of this call the model refused; null where that was not the reason. */
function refusedOf(error: unknown, { frame }: ClientCall, takes: Readonly<Takes>): keyof Takes | null {
  if (!(error instanceof WireFailure)) return null;
  const { message } = describeFault(error.fault);
  if (takes.pictures && hasPictures(frame) && refusesPictures(message)) return 'pictures';
  return takes.tools && frame.tools.length > 0 && refusesTools(message) ? 'tools' : null;
}

/** Language models of VS Code report neither usage nor why a reply ended: its tokens are estimated from the text. */
async function send(id: string, call: ClientCall, takes: Takes, signal: AbortSignal): Promise<ClientReply> {
  const [, vendor = '', ...rest] = id.split('/');
  const [chosen] = await lm.selectChatModels({ vendor, id: rest.join('/') });
  if (!chosen) {
    const detail = 'VS Code does not offer it now.';
    throw new WireFailure({ code: 'model/rejected', provider: id, status: 404, detail });
  }
  const cancellation = new CancellationTokenSource();
  const watch = createWatch(defaultTimers, signal);
  watch.signal.addEventListener('abort', () => cancellation.cancel(), { once: true });
  try {
    watch.signal.throwIfAborted();
    const { text, toolCalls } = await replyOf(chosen, call, takes, watch, cancellation);
    watch.signal.throwIfAborted();
    if (text.trim() === '' && toolCalls.length === 0) throw emptyReply(id);
    const output = text + toolCalls.map((asked) => asked.name + asked.arguments).join('');
    const servedBy = `${chosen.vendor}/${chosen.family}`;
    const leftPictures = !takes.pictures && hasPictures(call.frame);
    const left = leftPictures ? { leftPictures } : {};
    return { text, toolCalls, tookTools: takes.tools, ...left, charge: { type: 'unreported', output }, servedBy };
  } catch (error) {
    throw failureOf(id, error, watch);
  } finally {
    watch.stop();
    cancellation.dispose();
  }
}

interface Said {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
}

async function replyOf(
  model: LanguageModelChat,
  { frame, request, outputLimit }: ClientCall,
  takes: Takes,
  watch: Watch,
  { token }: CancellationTokenSource,
): Promise<Said> {
  // It knows no way to offer tools and forbid their use.
  const seen = takes.pictures ? frame : withoutPictures(frame);
  const shown = takes.tools && request.toolChoice !== 'none' ? seen : withoutTools(seen);
  const tools = shown.tools.map(({ name, description, parameters }) => ({
    name,
    description,
    inputSchema: parameters,
  }));
  const options = {
    justification: l10n.t('Countersign builds and reviews the phase that you run.'),
    modelOptions: { max_tokens: outputLimit },
    ...(tools.length > 0 ? { tools } : {}),
  };
  const response = await model.sendRequest(messagesOf(shown), options, token);
  let text = '';
  const toolCalls: ToolCall[] = [];
  for await (const part of response.stream) {
    watch.touch();
    if (part instanceof LanguageModelTextPart) {
      text += part.value;
      request.onText?.(part.value);
    } else if (part instanceof LanguageModelToolCallPart) {
      toolCalls.push({ id: part.callId, name: part.name, arguments: JSON.stringify(part.input) });
    }
  }
  return { text, toolCalls };
}

/** There is no system message here; the first message takes its place. */
function messagesOf({ system, messages }: ClientCall['frame']): LanguageModelChatMessage[] {
  return [LanguageModelChatMessage.User(system), ...messages.map(messageOf)];
}

function messageOf(message: ChatMessage): LanguageModelChatMessage {
  if (message.role === 'tool') {
    const content = [new LanguageModelTextPart(message.text)];
    return LanguageModelChatMessage.User([new LanguageModelToolResultPart(message.toolCallId, content)]);
  }
  if (message.role === 'user') {
    const pictures = pictureParts(picturesOf(message));
    if (pictures.length === 0) return LanguageModelChatMessage.User(message.text);
    return LanguageModelChatMessage.User([new LanguageModelTextPart(message.text), ...pictures]);
  }
  const calls = (message.toolCalls ?? []).map(
    (asked) => new LanguageModelToolCallPart(asked.id, asked.name, inputOf(asked)),
  );
  if (calls.length === 0) return LanguageModelChatMessage.Assistant(message.text);
  const said = message.text === '' ? [] : [new LanguageModelTextPart(message.text)];
  return LanguageModelChatMessage.Assistant([...said, ...calls]);
}

/** Only an object can be said here; what another model could not spell was answered as a mistake already. */
function inputOf({ arguments: text }: ToolCall): object {
  try {
    const input: unknown = JSON.parse(text);
    return typeof input === 'object' && input !== null ? input : {};
  } catch {
    return {};
  }
}

function emptyReply(provider: string): WireFailure {
  const fault = { code: 'model/broken-reply', provider, detail: 'it is empty' } as const;
  return new WireFailure(fault, { charge: { type: 'uncertain' }, transient: true });
}

function failureOf(provider: string, error: unknown, watch: Watch): unknown {
  if (watch.interrupted()) return interruptedOnWire(error);
  const ended = watch.ended();
  if (ended) {
    const details = { charge: { type: 'uncertain' }, transient: ended.kind === 'idle', cause: error } as const;
    return new WireFailure({ code: 'model/timed-out', provider, ...ended }, details);
  }
  if (error instanceof WireFailure || !(error instanceof Error)) return error;
  return failureOfEditorError(provider, error);
}
