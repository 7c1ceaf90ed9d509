/** The greetings so far. Only the newest are kept. */
export class History {
  readonly #kept: string[] = [];
  readonly #limit: number;

  constructor(limit = 100) {
    this.#limit = limit;
  }

  add(greeting: string): void {
    this.#kept.push(greeting);
    if (this.#kept.length > this.#limit) this.#kept.shift();
  }

  /** Newest first. */
  list(): string[] {
    return [...this.#kept].reverse();
  }
}
