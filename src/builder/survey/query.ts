import type { PhaseSpec } from '../../domain/spec.ts';
import { isCommon, splitWords } from './words.ts';

/** What a phase asks for, as far as words can tell. */
export interface Query {
  /** Stems with how much each counts. */
  readonly words: ReadonlyMap<string, number>;
  /** Names as code has them, such as `parseDate` or `list_users`. */
  readonly names: readonly string[];
  /** Paths or ends of paths that the text names. */
  readonly paths: readonly string[];
}

/** The goal counts in full, the title more, for it is the shortest, and each criterion somewhat less. */
export function queryOf({ goal, title, acceptance }: Pick<PhaseSpec, 'goal' | 'title' | 'acceptance'>): Query {
  const [first = '', ...rest] = goal.split('\n');
  return textQuery([
    { text: title ?? '', weight: 1.5 },
    { text: first, weight: 1.5 },
    { text: rest.join('\n'), weight: 0.7 },
    { text: acceptance.join('\n'), weight: 0.7 },
  ]);
}

const namePattern = /[A-Za-z_$][\w$]*(?:(?:\.|::|#|->)[A-Za-z_$][\w$]*)*/g;
const pathPattern = /(?:[\w@.-]+\/)+[\w@.-]+|\b[\w-]+\.[A-Za-z]{1,5}\b/g;

export function textQuery(parts: readonly { readonly text: string; readonly weight: number }[]): Query {
  const words = new Map<string, number>();
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const { text, weight } of parts) {
    const quoted = new Set([...text.matchAll(/`([^`\n]{2,80})`/g)].map((match) => match[1] as string));
    for (const path of text.match(pathPattern) ?? []) paths.add(path.replace(/^\.\//, '').replace(/\.$/, ''));
    const counts = new Map<string, number>();
    for (const name of text.match(namePattern) ?? []) {
      const parts = name.split(/\.|::|#|->/);
      for (const part of parts) {
        if (isName(part) || parts.length > 1 || quoted.has(part)) names.add(part);
      }
    }
    for (const token of text.match(/[\p{L}\p{N}_$]+/gu) ?? []) {
      if (isCommon(token.toLowerCase())) continue;
      for (const stem of splitWords(token)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
    }
    for (const [stem, count] of counts) words.set(stem, (words.get(stem) ?? 0) + weight * (1 + Math.log(count)));
  }
  return { words, names: [...names], paths: [...paths] };
}

/** Written as only code is: with an inner capital, an underscore or a dollar sign. */
function isName(text: string): boolean {
  return text.length >= 3 && (/[a-z][A-Z]/.test(text) || /[A-Za-z0-9]_[A-Za-z0-9]/.test(text) || text.startsWith('$'));
}
