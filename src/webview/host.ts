import type { z } from 'zod';
import { dispatch, type Handlers } from '../contract/dispatch.ts';

interface EditorApi {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): EditorApi;

/**
 * Joins this page with its host: messages of the one union come to the handlers, messages of the other go out. Says
 * `ready` itself, acknowledges what its handler has shown, and reports what went wrong here as `defect`.
 */
export function connect<Incoming extends { readonly type: string; readonly id: number }, Outgoing>(
  schema: z.ZodType<Incoming>,
  handlers: Handlers<Incoming>,
): (message: Outgoing) => void {
  const api = acquireVsCodeApi();
  const send = (message: unknown) => api.postMessage(message);
  const report = (detail: string) => send({ type: 'defect', detail: detail.slice(0, 4000) });
  window.addEventListener('error', ({ message, error }) => report(error?.stack ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => report(String(reason?.stack ?? reason)));
  window.addEventListener('message', ({ data }) => {
    const wrong = dispatch(schema, handlers, data);
    if (wrong) report(`a message that is not understood: ${wrong}`);
    else send({ type: 'ack', id: (data as Incoming).id });
  });
  send({ type: 'ready' });
  return send;
}
