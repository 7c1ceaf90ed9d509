import { z } from 'zod';
import { dispatch, type Handlers } from '../contract/dispatch.ts';

interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): EditorApi;

/** What joins a page with its host: messages of the one union come in, messages of the other go out. */
export interface Connection<Incoming extends { readonly type: string }, Outgoing> {
  send(message: Outgoing): void;
  /** What this page kept when it was last seen. */
  readonly kept: unknown;
  /** Is there again after the page was hidden, and given to the host when it restores a panel. */
  keep(state: unknown): void;
  /** From now on messages come to the handlers; each is acknowledged once it was handled. The page then says `ready`. */
  listen(handlers: Handlers<Incoming>): void;
}

/** Joins this page with its host, once. What goes wrong here is reported as `defect`. */
export function connect<Incoming extends { readonly type: string; readonly id: number }, Outgoing>(
  schema: z.ZodType<Incoming>,
): Connection<Incoming, Outgoing> {
  const api = acquireVsCodeApi();
  // The page's policy forbids making code out of text, which would be tried otherwise.
  z.config({ jitless: true });
  const report = (detail: string) => api.postMessage({ type: 'defect', detail: detail.slice(0, 4000) });
  window.addEventListener('error', ({ message, error }) => report(error?.stack ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => report(String(reason?.stack ?? reason)));
  return {
    send: (message) => api.postMessage(message),
    kept: api.getState(),
    keep: (state) => api.setState(state),
    listen(handlers) {
      window.addEventListener('message', ({ data }) => {
        const wrong = dispatch(schema, handlers, data);
        if (wrong) report(`a message that is not understood: ${wrong}`);
        else api.postMessage({ type: 'ack', id: (data as Incoming).id });
      });
    },
  };
}
