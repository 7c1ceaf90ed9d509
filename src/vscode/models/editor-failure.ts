import { WireFailure } from '../../compose/model-client.ts';

/** What an error of VS Code's language models says of itself. Some providers put the code into the name instead. */
export interface EditorError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** The failure that an error of a language model of VS Code stands for. */
export function failureOfEditorError(provider: string, error: EditorError): WireFailure {
  const detail = detailOf(error);
  const refused = { cause: error };
  switch (codeOf(error)) {
    case 'NotFound':
      return new WireFailure({ code: 'model/rejected', provider, status: 404, detail }, refused);
    case 'NoPermissions':
      return new WireFailure({ code: 'model/no-consent', provider }, refused);
    // VS Code's own word for a quota that is used up, and what Copilot says.
    case 'Blocked':
    case 'ChatQuotaExceeded':
      return new WireFailure({ code: 'model/quota-exhausted', provider }, refused);
    case 'ChatRateLimited':
      return new WireFailure(
        { code: 'model/rate-limited', provider, retryAfterSeconds: null },
        { ...refused, transient: true },
      );
    default:
  }
  if (/token limit|context (?:length|window)|too (?:long|large|many tokens)/i.test(detail)) {
    return new WireFailure({ code: 'model/rejected', provider, status: 400, detail }, refused);
  }
  const fault = { code: 'model/server-error', provider, status: 500, detail } as const;
  return new WireFailure(fault, { charge: { type: 'uncertain' }, transient: true, cause: error });
}

function codeOf({ code, name }: EditorError): string {
  return typeof code === 'string' && code !== '' && code !== 'Unknown' ? code : name;
}

/** `Unknown` errors keep what really happened in their cause. */
function detailOf({ message, cause }: EditorError): string {
  const inner = cause instanceof Error ? cause.message : '';
  return inner && !message.includes(inner) ? `${message} (${inner})` : message || 'no reason given';
}
