import { z } from 'zod';
import { dispatch, type Handlers } from '../../contract/dispatch.ts';
import { type FromReview, type ToReview, toReviewSchema } from '../../contract/review-messages.ts';

interface EditorApi {
  postMessage(message: FromReview): void;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): EditorApi;

export interface Connection {
  send(message: FromReview): void;
  /** Is given back to the host when it restores the panel. */
  keep(state: unknown): void;
  /** From now on messages come to the handlers; each is acknowledged once it was handled. */
  listen(handlers: Handlers<ToReview>): void;
}

export function connect(): Connection {
  const api = acquireVsCodeApi();
  // The page's policy forbids making code out of text, which would be tried otherwise.
  z.config({ jitless: true });
  const report = (detail: string) => api.postMessage({ type: 'defect', detail: detail.slice(0, 4000) });
  window.addEventListener('error', ({ message, error }) => report(error?.stack ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => report(String(reason?.stack ?? reason)));
  return {
    send: (message) => api.postMessage(message),
    keep: (state) => api.setState(state),
    listen(handlers) {
      window.addEventListener('message', ({ data }) => {
        const wrong = dispatch(toReviewSchema, handlers, data);
        if (wrong) report(`a message that is not understood: ${wrong}`);
        else api.postMessage({ type: 'ack', id: (data as ToReview).id });
      });
      api.postMessage({ type: 'ready' });
    },
  };
}
