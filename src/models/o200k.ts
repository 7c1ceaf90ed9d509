import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/** Its table weighs two megabytes, so this module is only ever imported when the first call is metered. */
export function countWithO200k(text: string): number {
  return countTokens(text, { disallowedSpecial: new Set() });
}
