import { z } from 'zod';
import { dispatch, type Handlers } from '../../contract/dispatch.ts';
import { type FromTraining, type ToTraining, toTrainingSchema } from '../../contract/training-messages.ts';

interface EditorApi {
  postMessage(message: FromTraining): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): EditorApi;

/** What the page remembers over a reload of the window. */
const stateSchema = z.strictObject({
  /** Charts stand as tables. */
  asTables: z.boolean(),
  /** Lines of tables that are unfolded, by their names. */
  unfolded: z.array(z.string()),
});
export type PageState = z.infer<typeof stateSchema>;

export interface Connection {
  send(message: FromTraining): void;
  /** What this page kept when it was last seen, or the beginning. */
  readonly kept: PageState;
  keep(state: PageState): void;
  /** From now on messages come to the handlers; each is acknowledged once it was handled. */
  listen(handlers: Handlers<ToTraining>): void;
}

export function connect(): Connection {
  const api = acquireVsCodeApi();
  // The page's policy forbids making code out of text, which would be tried otherwise.
  z.config({ jitless: true });
  const report = (detail: string) => api.postMessage({ type: 'defect', detail: detail.slice(0, 4000) });
  window.addEventListener('error', ({ message, error }) => report(error?.stack ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => report(String(reason?.stack ?? reason)));
  const kept = stateSchema.safeParse(api.getState());
  return {
    send: (message) => api.postMessage(message),
    kept: kept.success ? kept.data : { asTables: false, unfolded: [] },
    keep: (state) => api.setState(state),
    listen(handlers) {
      window.addEventListener('message', ({ data }) => {
        const wrong = dispatch(toTrainingSchema, handlers, data);
        if (wrong) report(`a message that is not understood: ${wrong}`);
        else api.postMessage({ type: 'ack', id: (data as ToTraining).id });
      });
    },
  };
}
