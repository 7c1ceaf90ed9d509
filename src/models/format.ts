import type { ReplyFormat } from '../domain/spec.ts';

/** Families that place whole lines more surely than they count them, and those too small for either. */
const formats: readonly (readonly [RegExp, ReplyFormat])[] = [
  [/(?:^|[-_:/])[1-9](?:\.\d)?b\b/, 'whole-file'],
  [/claude|gemini|deepseek|qwen|llama|mistral|codestral|devstral|kimi|glm/, 'search-replace'],
];

/** The reply format that suits a model by its name; a unified diff where nothing is known of it. */
export function formatOf(model: string): ReplyFormat {
  const name = model.toLowerCase();
  return formats.find(([pattern]) => pattern.test(name))?.[1] ?? 'diff';
}
