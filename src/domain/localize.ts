/** What stands at the places of a sentence. */
export type Filling = string | number;

/**
 * Gives a sentence in the reader's language. The English sentence is its own key, with `{0}`, `{1}` … at its places;
 * as a tag, localize`Landed ${commit}` is localize('Landed {0}', commit).
 */
export type Localize = (sentence: string | TemplateStringsArray, ...values: readonly Filling[]) => string;

/** The key of a sentence, however it is written. */
export function keyOf(sentence: string | TemplateStringsArray): string {
  if (typeof sentence === 'string') return sentence;
  return sentence.reduce((key, part, index) => `${key}{${index - 1}}${part}`);
}

export function filledIn(sentence: string, values: readonly Filling[]): string {
  return sentence.replace(/\{(\d+)\}/g, (place, index) => (index in values ? String(values[index]) : place));
}

/** Leaves sentences as they are: what the command line says, and what is kept or shown to a model. */
export const inEnglish: Localize = (sentence, ...values) => filledIn(keyOf(sentence), values);

/** A number with what is counted, such as `counted(localize, 3, '{0} hunk', '{0} hunks')`. */
export function counted(localize: Localize, count: number, one: string, many: string): string {
  return localize(count === 1 ? one : many, count);
}
