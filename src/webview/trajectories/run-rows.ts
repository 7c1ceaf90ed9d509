import type { RunRow, RunsPage } from '../../contract/trajectories-list.ts';

/** What the page still lacks. */
export interface Missing {
  readonly start: number;
  readonly after: string | null;
  readonly skip: number;
  readonly limit: number;
}

const pageSize = 50;
/** So many rows are kept; those far from where one looks are let go of. */
const mostKept = 2000;

/** The rows that the page knows of a list that may be far longer. Indexes count from 0, the newest run. */
export class RunRows {
  readonly #rows = new Map<number, RunRow>();
  matching = 0;
  total = 0;

  at(index: number): RunRow | null {
    return this.#rows.get(index) ?? null;
  }

  indexOf(runId: string): number {
    for (const [index, { id }] of this.#rows) if (id === runId) return index;
    return -1;
  }

  clear(): void {
    this.#rows.clear();
    this.matching = 0;
    this.total = 0;
  }

  put({ start, rows, matching, total }: RunsPage): void {
    this.matching = matching;
    this.total = total;
    for (const [offset, row] of rows.entries()) this.#rows.set(start + offset, row);
    for (const index of this.#rows.keys()) if (index >= matching) this.#rows.delete(index);
    if (this.#rows.size > mostKept) this.#forgetFarFrom(start);
  }

  /** New runs come first, so what is known moves down by as many. Returns how many came. */
  putHead(page: RunsPage): number {
    const grown = Math.max(0, page.matching - this.matching);
    if (grown > 0) {
      const known = [...this.#rows];
      this.#rows.clear();
      for (const [index, row] of known) this.#rows.set(index + grown, row);
    }
    this.put(page);
    return grown;
  }

  /** Puts a row in the place of the same run's. */
  replace(row: RunRow): void {
    const index = this.indexOf(row.id);
    if (index >= 0) this.#rows.set(index, row);
  }

  /** The first page that is missing between two rows; null where all are there. */
  missing(first: number, last: number): Missing | null {
    for (let index = Math.max(0, first); index <= Math.min(last, this.matching - 1); index += 1) {
      if (this.#rows.has(index)) continue;
      const before = this.#nearestBefore(index);
      const after = before === null ? null : (this.#rows.get(before)?.id ?? null);
      return { start: index, after, skip: index - (before ?? -1) - 1, limit: pageSize };
    }
    return null;
  }

  #nearestBefore(index: number): number | null {
    let nearest: number | null = null;
    for (const known of this.#rows.keys()) if (known < index && (nearest === null || known > nearest)) nearest = known;
    return nearest;
  }

  #forgetFarFrom(index: number): void {
    const farthest = [...this.#rows.keys()].sort((a, b) => Math.abs(b - index) - Math.abs(a - index));
    for (const far of farthest.slice(0, this.#rows.size - mostKept)) this.#rows.delete(far);
  }
}
