import { element } from './element.ts';

/** At most one announcement in so long. */
const pauseMs = 5000;

/** Says to a screen reader what changed; never each token or cent. */
export class Announcer {
  readonly node = element('div', { class: 'spoken', role: 'status', 'aria-live': 'polite' });
  #saidMs = Number.NEGATIVE_INFINITY;
  #next: string | null = null;

  say(text: string): void {
    const waits = this.#next !== null;
    this.#next = text;
    if (!waits) window.setTimeout(() => this.#speak(), Math.max(0, this.#saidMs + pauseMs - performance.now()));
  }

  follow(before: string, now: string, title: string): void {
    if (before !== now) this.say(`${title}: ${now.replace('-', ' ')}`);
  }

  #speak(): void {
    this.node.textContent = this.#next;
    this.#next = null;
    this.#saidMs = performance.now();
  }
}
