import type { ChartsView } from '../../contract/trajectories-charts.ts';
import type { RunFilters } from '../../contract/trajectories-list.ts';

export interface FollowOptions {
  /** Reads the figures of all filtered runs and tells how they stand; whole with the last one, unless it is aborted. */
  readonly read: (filters: RunFilters, signal: AbortSignal, tell: (view: ChartsView) => void) => Promise<void>;
  readonly tell: (question: number, view: ChartsView) => void;
  /** Charts that cannot be read again stay as they are. */
  readonly onFault: (error: unknown) => void;
  /** Gives what calls it off. */
  readonly later?: (action: () => void, ms: number) => () => void;
}

interface OpenCharts {
  readonly question: number;
  readonly filters: RunFilters;
  readonly stop: AbortController;
  reading: boolean;
}

/** Between the end of one reading and the start of the next. */
const restMs = 10_000;
/** Above so many runs a reading takes seconds: then only the end of a run is worth one. */
const mostFollowed = 3_000;

/** Keeps the charts that a page shows up to date. The first reading tells how it gets on, later ones only the whole. */
export class ChartFollower {
  readonly #options: FollowOptions;
  readonly #later: NonNullable<FollowOptions['later']>;
  #open: OpenCharts | null = null;
  #matching = 0;
  /** What was told last, to tell nothing twice. */
  #told = '';
  /** Something changed since the last reading began. */
  #due = false;
  #endRest: (() => void) | null = null;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#later = options.later ?? timer;
  }

  /** Reads charts for the first time, in place of any before. Rejects with what the reading fails with. */
  async open(question: number, filters: RunFilters): Promise<void> {
    this.close();
    const open = { question, filters, stop: new AbortController(), reading: false };
    this.#open = open;
    await this.#read(open, (view) => this.#tell(open, view));
  }

  /** A run changed, or came to its end. */
  changed(ended: boolean): void {
    if (!this.#open || (this.#matching > mostFollowed && !ended)) return;
    this.#due = true;
    this.#catchUp();
  }

  /** The page shows none any more. Harmless the second time. */
  close(): void {
    this.#open?.stop.abort();
    this.#open = null;
    this.#endRest?.();
    this.#endRest = null;
    this.#due = false;
    this.#matching = 0;
    this.#told = '';
  }

  #catchUp(): void {
    const open = this.#open;
    if (!open || !this.#due || open.reading || this.#endRest) return;
    this.#due = false;
    this.#readAgain(open).catch(this.#options.onFault);
  }

  async #readAgain(open: OpenCharts): Promise<void> {
    const views: ChartsView[] = [];
    await this.#read(open, (view) => views.splice(0, 1, view));
    for (const view of views) this.#tell(open, view);
  }

  async #read(open: OpenCharts, take: (view: ChartsView) => void): Promise<void> {
    open.reading = true;
    try {
      await this.#options.read(open.filters, open.stop.signal, take);
    } finally {
      open.reading = false;
      if (this.#open === open) this.#rest();
    }
  }

  #rest(): void {
    this.#endRest = this.#later(() => {
      this.#endRest = null;
      this.#catchUp();
    }, restMs);
  }

  #tell(open: OpenCharts, view: ChartsView): void {
    if (this.#open !== open) return;
    this.#matching = view.matching;
    const text = JSON.stringify(view);
    if (text === this.#told) return;
    this.#told = text;
    this.#options.tell(open.question, view);
  }
}

function timer(action: () => void, ms: number): () => void {
  const started = setTimeout(action, ms);
  return () => clearTimeout(started);
}
