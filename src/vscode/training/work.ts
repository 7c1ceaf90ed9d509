import { type Disposable, EventEmitter } from 'vscode';

/** Something that a person began and that is not over. */
interface Piece {
  readonly words: string;
  readonly stop: AbortController;
}

/** What of training is under way in this window. It ends with the window. */
export class TrainingWork implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly #pieces = new Set<Piece>();
  /** Something began or ended. */
  readonly onDidChange = this.#changed.event;

  /** The newest of what is under way; null where nothing is. */
  get words(): string | null {
    return [...this.#pieces].at(-1)?.words ?? null;
  }

  /** Does `work`, and counts it as under way until it ends. */
  async during<Value>(words: string, work: (stop: AbortController) => Promise<Value>): Promise<Value> {
    const piece: Piece = { words, stop: new AbortController() };
    this.#pieces.add(piece);
    this.#changed.fire();
    try {
      return await work(piece.stop);
    } finally {
      this.#pieces.delete(piece);
      this.#changed.fire();
    }
  }

  dispose(): void {
    for (const { stop } of this.#pieces) stop.abort();
    this.#changed.dispose();
  }
}
