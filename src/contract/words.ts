import { counted as countedIn, type Filling, filledIn, keyOf } from '../domain/localize.ts';

/** Sentences by their English ones, with the same places. */
export type Words = Readonly<Record<string, string>>;

export interface Spoken {
  readonly words: Words;
  /** A BCP 47 tag; absent for English, in whatever form numbers and dates have on the machine. */
  readonly language?: string;
}

/** What is shown in one window is in one language. Nothing that is kept or sent to a model is worded here. */
let spoken: Spoken = { words: {} };

/** Says how the reader is spoken to from now on. A sentence without words stays English. */
export function speak(as: Spoken): void {
  spoken = as;
}

/** For dates: undefined is the machine's own form. */
export const readerLanguage = (): string | undefined => spoken.language;

/** Such as `10,032`. */
export const wholeNumber = (value: number): string => value.toLocaleString(spoken.language ?? 'en-US');

/** A sentence in the reader's language; see `Localize`. */
export function localize(sentence: string | TemplateStringsArray, ...values: readonly Filling[]): string {
  const key = keyOf(sentence);
  return filledIn(Object.hasOwn(spoken.words, key) ? (spoken.words[key] as string) : key, values);
}

/** A number with what is counted, such as `counted(3, '{0} hunk', '{0} hunks')`. */
export const counted = (count: number, one: string, many: string): string => countedIn(localize, count, one, many);
