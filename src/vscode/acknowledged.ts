/** A message may wait so long until the page says that it was shown. */
const patienceMs = 10_000;

export interface PostOptions<Draft> {
  /** Which page, for the log. */
  readonly component: string;
  readonly post: (message: Draft & { readonly id: number }) => void;
  /** Takes one line for the output channel. */
  readonly log: (line: string) => void;
  readonly lateMs?: number;
}

/** What a message is about, for the log. */
interface About {
  readonly runId?: string;
  readonly phaseId?: string | null;
}

interface Waiting {
  readonly type: string;
  readonly about: About;
  readonly timer: NodeJS.Timeout;
}

/** Numbers messages to a page and logs each that the page has not acknowledged in time. */
export interface Acknowledged<Draft> {
  send(draft: Draft, about?: About): void;
  acknowledge(id: number): void;
  /** Nothing is waited for any more: the page is gone, or begins anew. */
  forget(): void;
}

export function acknowledged<Draft extends { readonly type: string }>(
  options: PostOptions<Draft>,
): Acknowledged<Draft> {
  const { component, lateMs = patienceMs } = options;
  const waiting = new Map<number, Waiting>();
  let sent = 0;
  const late = (id: number) => {
    const message = waiting.get(id);
    if (!message) return;
    const place = [...waiting.keys()].indexOf(id) + 1;
    const { runId = '-', phaseId } = message.about;
    options.log(
      `EID=${id} RID=${runId} PID=${phaseId ?? '-'} UID=${message.type} COMP=${component} STAGE=ACK ` +
        `not acknowledged in ${lateMs / 1000} s, ${place} of ${waiting.size} in the queue`,
    );
  };
  return {
    send(draft, about = {}) {
      sent += 1;
      const id = sent;
      const timer = setTimeout(() => late(id), lateMs);
      timer.unref();
      waiting.set(id, { type: draft.type, about, timer });
      options.post({ id, ...draft });
    },
    acknowledge(id) {
      clearTimeout(waiting.get(id)?.timer);
      waiting.delete(id);
    },
    forget() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
