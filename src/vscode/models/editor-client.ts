import {
  CancellationTokenSource,
  type LanguageModelChat,
  LanguageModelChatMessage,
  LanguageModelTextPart,
  LanguageModelToolCallPart,
  LanguageModelToolResultPart,
  lm,
  workspace,
} from 'vscode';
import {
  type ChatMessage,
  type ClientCall,
  type ClientReply,
  createWatch,
  defaultTimers,
  interruptedOnWire,
  type ModelClient,
  refusesTools,
  type ToolCall,
  type Watch,
  WireFailure,
  withoutTools,
} from '../../compose/model-client.ts';
import { describeFault } from '../../domain/describe-fault.ts';
import { failureOfEditorError } from './editor-failure.ts';
import { editorProvider } from './editor-models.ts';

/** The client of a model that VS Code offers; null for other providers, and where the user does not want them used. */
export function editorClient(provider: string, model: string): ModelClient | null {
  if (provider !== editorProvider) return null;
  if (!workspace.getConfiguration('countersign').get<boolean>('models.useEditorModels', true)) return null;
  const id = `${provider}/${model}`;
  let takesTools = true;
  return {
    id,
    recorded: false,
    async send(call, signal) {
      const offers = call.frame.tools.length > 0 && takesTools;
      try {
        return await send(id, call, offers, signal);
      } catch (error) {
        if (!offers || signal.aborted || !(error instanceof WireFailure)) throw error;
        if (!refusesTools(describeFault(error.fault).message)) throw error;
        takesTools = false;
        return send(id, call, false, signal);
      }
    },
  };
}

/** Language models of VS Code report neither usage nor why a reply ended: its tokens are estimated from the text. */
async function send(id: string, call: ClientCall, tookTools: boolean, signal: AbortSignal): Promise<ClientReply> {
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
    const { text, toolCalls } = await replyOf(chosen, call, tookTools, watch, cancellation);
    watch.signal.throwIfAborted();
    if (text.trim() === '' && toolCalls.length === 0) throw emptyReply(id);
    const output = text + toolCalls.map((asked) => asked.name + asked.arguments).join('');
    const servedBy = `${chosen.vendor}/${chosen.family}`;
    return { text, toolCalls, tookTools, charge: { type: 'unreported', output }, servedBy };
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
  tookTools: boolean,
  watch: Watch,
  { token }: CancellationTokenSource,
): Promise<Said> {
  // It knows no way to offer tools and forbid their use.
  const shown = tookTools && request.toolChoice !== 'none' ? frame : withoutTools(frame);
  const tools = shown.tools.map(({ name, description, parameters }) => ({
    name,
    description,
    inputSchema: parameters,
  }));
  const options = {
    justification: 'Countersign builds and reviews the phase that you run.',
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
  if (message.role === 'user') return LanguageModelChatMessage.User(message.text);
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
