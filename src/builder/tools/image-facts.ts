import { z } from 'zod';
import { sourceBytes, sourceName } from './artifacts.ts';
import { defineTool, ToolProblem } from './tool.ts';

export const imageFacts = defineTool({
  name: 'image_facts',
  category: 'documents',
  description: 'Format, width, height and size of an image: PNG, GIF, JPEG, WebP or SVG. Its picture is not shown.',
  input: z.strictObject({ source: sourceName }),
  seconds: 10,
  async run({ source }, context) {
    const content = await sourceBytes(context, source);
    const facts =
      pngFacts(content) ?? gifFacts(content) ?? webpFacts(content) ?? jpegFacts(content) ?? svgFacts(content);
    if (!facts) throw new ToolProblem(`${source} is no PNG, GIF, JPEG, WebP or SVG.`);
    return JSON.stringify({ ...facts, bytes: content.length });
  },
});

interface ImageFacts {
  readonly format: string;
  readonly width: number | null;
  readonly height: number | null;
}

function pngFacts(content: Buffer): ImageFacts | null {
  if (content.length < 24 || content.toString('latin1', 1, 4) !== 'PNG') return null;
  return { format: 'PNG', width: content.readUInt32BE(16), height: content.readUInt32BE(20) };
}

function gifFacts(content: Buffer): ImageFacts | null {
  if (content.length < 10 || !/^GIF8[79]a$/.test(content.toString('latin1', 0, 6))) return null;
  return { format: 'GIF', width: content.readUInt16LE(6), height: content.readUInt16LE(8) };
}

function webpFacts(content: Buffer): ImageFacts | null {
  if (content.length < 30 || content.toString('latin1', 8, 12) !== 'WEBP') return null;
  if (content.toString('latin1', 12, 16) !== 'VP8X') return { format: 'WebP', width: null, height: null };
  return { format: 'WebP', width: content.readUIntLE(24, 3) + 1, height: content.readUIntLE(27, 3) + 1 };
}

/** The size stands in the first frame header, behind segments of stated length. */
function jpegFacts(content: Buffer): ImageFacts | null {
  if (content.length < 4 || content.readUInt16BE(0) !== 0xffd8) return null;
  for (let at = 2; at + 9 < content.length && content[at] === 0xff; ) {
    const marker = content[at + 1] as number;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { format: 'JPEG', width: content.readUInt16BE(at + 7), height: content.readUInt16BE(at + 5) };
    at += 2 + content.readUInt16BE(at + 2);
  }
  return { format: 'JPEG', width: null, height: null };
}

function svgFacts(content: Buffer): ImageFacts | null {
  const head = content.toString('utf8', 0, 4_000);
  const tag = /<svg\b[^>]*>/i.exec(head)?.[0];
  if (!tag) return null;
  const size = (name: string) => {
    const value = new RegExp(`\\b${name}\\s*=\\s*["']([\\d.]+)`).exec(tag)?.[1];
    return value === undefined ? null : Number(value);
  };
  return { format: 'SVG', width: size('width'), height: size('height') };
}
