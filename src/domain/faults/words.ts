import type { BudgetLevel, Fault, Position } from '../fault.ts';
import type { Localize } from '../localize.ts';

export interface FaultText {
  /** What happened, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly remedy: string;
}

/** The faults whose codes begin with one of these words. */
export type FaultAbout<Word extends string> = Extract<Fault, { readonly code: Word | `${Word}/${string}` }>;

export function acrossFolders(level: BudgetLevel, localize: Localize): string {
  return level === 'day' || level === 'month' ? localize(', over all folders') : '';
}

/** Amounts under a dime with what tells them apart. */
export function usd(micros: number | null, localize: Localize): string {
  if (micros === null) return localize('an unknown amount');
  return `$${(micros / 1_000_000).toFixed(micros > 0 && micros < 100_000 ? 4 : 2)}`;
}

export function raiseCap(level: BudgetLevel, localize: Localize): string {
  switch (level) {
    case 'phase':
      return localize(
        'Resume it with a higher cap: `countersign resume RUN/PHASE --budget-usd USD`, or narrow the phase.',
      );
    case 'tier':
      return localize(
        'Resume it with a higher cap: `countersign resume RUN --tier TIER --budget-usd USD`, or narrow the phase.',
      );
    case 'run':
      return localize('Resume it with a higher cap: `countersign resume RUN --budget-usd USD`, or narrow the phase.');
    case 'day':
    case 'month':
      return localize('Raise the cap in the configuration, or wait until the next one begins.');
  }
}

export function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

export function where(at: Position | null, localize: Localize): string {
  if (!at) return '';
  if (at.line === null) return `${at.file}: `;
  return at.column === null
    ? localize`${at.file}, line ${at.line}: `
    : localize`${at.file}, line ${at.line}, column ${at.column}: `;
}

export function seconds(value: number, localize: Localize): string {
  return value >= 60 ? localize`${Math.round(value / 60)} min` : `${Math.ceil(value)} s`;
}

export function branchName(ref: string): string {
  return ref.replace('refs/heads/', '');
}
