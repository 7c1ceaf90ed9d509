import { z } from 'zod';
import { dispatch, type Handlers } from '../../contract/dispatch.ts';
import {
  type FromTrajectories,
  type ToTrajectories,
  toTrajectoriesSchema,
} from '../../contract/trajectories-messages.ts';

interface EditorApi {
  postMessage(message: FromTrajectories): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): EditorApi;

export interface Connection {
  send(message: FromTrajectories): void;
  /** What this page kept when it was last seen. */
  readonly kept: unknown;
  keep(state: unknown): void;
  /** From now on messages come to the handlers; each is acknowledged once it was handled. */
  listen(handlers: Handlers<ToTrajectories>): void;
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
    kept: api.getState(),
    keep: (state) => api.setState(state),
    listen(handlers) {
      window.addEventListener('message', ({ data }) => {
        const wrong = dispatch(toTrajectoriesSchema, handlers, data);
        if (wrong) report(`a message that is not understood: ${wrong}`);
        else api.postMessage({ type: 'ack', id: (data as ToTrajectories).id });
      });
    },
  };
}
