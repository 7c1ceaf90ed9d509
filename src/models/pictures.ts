import type { ChatMessage, Picture } from '../engine/ports/chat.ts';

/** Families whose makers say that all of their models see, and the words by which others name those that do. */
const seeing: readonly RegExp[] = [
  /^(?:gpt-(?:4o|4\.[15]|4-turbo|[5-9])|chatgpt-4o|codex-)/,
  /^o(?:1|3|4-mini)(?!-(?:mini|preview))/,
  /^claude-(?!2|instant)/,
  /^(?:gemini|pixtral|llava)/,
  /(?:^|[-_.:\d])(?:vl|vision)(?:$|[-_.:\d])/,
];

/** Whether a model sees pictures, by its name; one that nothing is known of does not. */
export function seesPictures(model: string): boolean {
  const name = nameOf(model);
  return seeing.some((pattern) => pattern.test(name));
}

/** OpenAI's models that count tiles, with tokens for a picture and for each tile; the others count patches. */
const tileCosts: readonly (readonly [RegExp, base: number, perTile: number])[] = [
  [/^gpt-4o-mini/, 2_833, 5_667],
  [/^(?:gpt-4o|chatgpt-4o|gpt-4\.5|gpt-4-turbo|gpt-4\.1(?!-(?:mini|nano)))/, 85, 170],
];
/** OpenAI's that count patches: the most patches of `high`, times the most tokens that any of them makes of one. */
const openaiFamily = /^(?:gpt-|o\d|codex-|chatgpt-)/;
const mostOpenaiPatches = 2_500;
const dearestPatch = 2.46;
/** Of others: the finest grid in wide use, the most cells that one takes, and what a small picture may cost at all. */
const finestGrid = 28;
const mostCells = 16_384;
const leastBound = 4_000;

/**
 * Input tokens of a picture at most, asked for in `high` detail. OpenAI's are those of its guide "Images and vision"
 * (calculating costs): fitted into 2048 pixels square and then to 768 on the short side, tiles of 512 pixels, or patches
 * of 32. For every other model a bound: nobody states a formula that holds for all of them.
 */
export function pictureTokens(model: string, { width, height }: Picture): number {
  const name = nameOf(model);
  const [, base, perTile] = tileCosts.find(([pattern]) => pattern.test(name)) ?? [];
  if (base !== undefined && perTile !== undefined) return base + perTile * tilesOf(width, height);
  if (openaiFamily.test(name)) {
    const patches = Math.min(mostOpenaiPatches, cellsOf(width, height, 32));
    return Math.max(Math.ceil(patches * dearestPatch), 85 + 170 * tilesOf(width, height));
  }
  return Math.max(leastBound, Math.ceil(Math.min(mostCells, cellsOf(width, height, finestGrid)) * dearestPatch));
}

function tilesOf(width: number, height: number): number {
  const fitting = Math.min(1, 2_048 / Math.max(width, height));
  const scale = fitting * Math.min(1, 768 / (Math.min(width, height) * fitting));
  return Math.ceil((width * scale) / 512) * Math.ceil((height * scale) / 512);
}

function cellsOf(width: number, height: number, size: number): number {
  return Math.ceil(width / size) * Math.ceil(height / size);
}

function nameOf(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1).toLowerCase();
}

export function picturesOf(message: ChatMessage): readonly Picture[] {
  return message.role === 'user' ? (message.pictures ?? []) : [];
}

/** Anything with messages, such as a frame. */
interface Conversation {
  readonly messages: readonly ChatMessage[];
}

export function hasPictures({ messages }: Conversation): boolean {
  return messages.some((message) => picturesOf(message).length > 0);
}

/** A conversation for a model that sees nothing: what is left out is said where it would stand. */
export function withoutPictures<Given extends Conversation>(conversation: Given): Given {
  if (!hasPictures(conversation)) return conversation;
  const note = '(Not shown: this model cannot be sent pictures. Only what is said of them is known.)';
  return {
    ...conversation,
    messages: conversation.messages.map((message) =>
      picturesOf(message).length === 0 ? message : { role: 'user', text: `${message.text}\n\n${note}` },
    ),
  };
}

/** Messages as they are kept: a picture's text names it by its hash, and its bytes are left out. */
export function withoutBytes(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.map((message) => (picturesOf(message).length === 0 ? message : { role: 'user', text: message.text }));
}

/** A picture as OpenAI's wires take it. */
export function dataUrlOf({ mediaType, base64 }: Picture): string {
  return `data:${mediaType};base64,${base64}`;
}

/** Whether a refusal is about pictures. */
export function refusesPictures(message: string): boolean {
  return /\bimages?\b|image_url|input_image|\bvision\b|multi-?modal|mmproj/i.test(message);
}
