import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Picture } from '../../engine/ports/chat.ts';
import { sourceBytes, sourceName } from './artifacts.ts';
import { type ImageFacts, imageFactsOf } from './image-header.ts';
import { defineTool, type ToolContext, ToolProblem } from './tool.ts';

const mostBytes = 3 * 1024 * 1024;
/** Beyond this providers refuse a picture, or make it so small that nothing can be read on it. */
const longestSide = 8_000;

export const viewImage = defineTool({
  name: 'view_image',
  category: 'documents',
  description:
    'Look at an image: its format, width, height, size and hash, and the picture itself where you can be sent pictures and it is a PNG, JPEG, WebP or GIF of at most 3 MiB and 8000 pixels a side.',
  input: z.strictObject({ source: sourceName }),
  seconds: 10,
  async run({ source }, context) {
    const content = await sourceBytes(context, source, mostBytes);
    const facts = imageFactsOf(content);
    if (!facts) throw new ToolProblem(`${source} is no PNG, GIF, JPEG, WebP or SVG.`);
    const { mediaType: _, ...shown } = facts;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const text = JSON.stringify({ source, ...shown, bytes: content.length, sha256 });
    const picture = pictureOf(content, facts, context);
    if (typeof picture === 'string') return `${text}\nThe picture is not shown: ${picture}`;
    const name = source.replace(/\p{Cc}/gu, ' ');
    return { text, picture: { picture, caption: `${name}, ${content.length} bytes, SHA-256 ${sha256}` } };
  },
});

/** The picture, or why it cannot be shown. */
function pictureOf(content: Buffer, facts: ImageFacts, { seesPictures }: ToolContext): Picture | string {
  const { format, mediaType, width, height } = facts;
  if (!seesPictures) return 'you cannot be sent pictures.';
  if (!mediaType) return `${format} is drawn from text, which read_file gives.`;
  if (content.length > mostBytes) return `it has more than ${mostBytes / 1024 / 1024} MiB.`;
  if (!width || !height) return 'its first bytes do not say how large it is.';
  if (Math.max(width, height) > longestSide) return `a side is longer than ${longestSide} pixels.`;
  return { mediaType, width, height, base64: content.toString('base64') };
}
