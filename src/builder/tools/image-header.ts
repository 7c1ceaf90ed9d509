import type { Picture } from '../../engine/ports/chat.ts';

/** What the first bytes of an image say; null where they do not say it. */
export interface ImageFacts {
  readonly format: 'PNG' | 'GIF' | 'JPEG' | 'WebP' | 'SVG';
  /** Null for what is drawn and not made of pixels. */
  readonly mediaType: Picture['mediaType'] | null;
  readonly width: number | null;
  readonly height: number | null;
}

/** Reads an image by its first bytes, never by its name. Null where they are of no kind that is known. */
export function imageFactsOf(content: Buffer): ImageFacts | null {
  return pngFacts(content) ?? gifFacts(content) ?? webpFacts(content) ?? jpegFacts(content) ?? svgFacts(content);
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function pngFacts(content: Buffer): ImageFacts | null {
  if (content.length < 24 || !content.subarray(0, 8).equals(pngSignature)) return null;
  const [width, height] = [content.readUInt32BE(16), content.readUInt32BE(20)];
  return { format: 'PNG', mediaType: 'image/png', width, height };
}

function gifFacts(content: Buffer): ImageFacts | null {
  if (content.length < 10 || !/^GIF8[79]a$/.test(content.toString('latin1', 0, 6))) return null;
  return { format: 'GIF', mediaType: 'image/gif', width: content.readUInt16LE(6), height: content.readUInt16LE(8) };
}

function webpFacts(content: Buffer): ImageFacts | null {
  if (content.length < 30 || content.toString('latin1', 0, 4) !== 'RIFF') return null;
  if (content.toString('latin1', 8, 12) !== 'WEBP') return null;
  const [width, height] = webpSize(content) ?? [null, null];
  return { format: 'WebP', mediaType: 'image/webp', width, height };
}

/** The size stands elsewhere in an extended, a lossless and a lossy file (RFC 9649, RFC 6386). */
function webpSize(content: Buffer): readonly [number, number] | null {
  switch (content.toString('latin1', 12, 16)) {
    case 'VP8X':
      return [content.readUIntLE(24, 3) + 1, content.readUIntLE(27, 3) + 1];
    case 'VP8L': {
      if (content[20] !== 0x2f) return null;
      const bits = content.readUInt32LE(21);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    case 'VP8 ':
      if (content.readUIntBE(23, 3) !== 0x9d012a) return null;
      return [content.readUInt16LE(26) & 0x3fff, content.readUInt16LE(28) & 0x3fff];
    default:
      return null;
  }
}

/** The size stands in the first frame header, behind segments of stated length. */
function jpegFacts(content: Buffer): ImageFacts | null {
  if (content.length < 4 || content.readUIntBE(0, 3) !== 0xffd8ff) return null;
  const jpeg = { format: 'JPEG', mediaType: 'image/jpeg' } as const;
  for (let at = 2; at + 9 < content.length && content[at] === 0xff; ) {
    const marker = content[at + 1] as number;
    // Any number of such bytes may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { ...jpeg, width: content.readUInt16BE(at + 7), height: content.readUInt16BE(at + 5) };
    at += 2 + content.readUInt16BE(at + 2);
  }
  return { ...jpeg, width: null, height: null };
}

function svgFacts(content: Buffer): ImageFacts | null {
  const head = content.toString('utf8', 0, 4_000);
  const tag = /<svg\b[^>]*>/i.exec(head)?.[0];
  if (!tag) return null;
  const size = (name: string) => {
    const value = new RegExp(`\\s${name}\\s*=\\s*["']([\\d.]+)`).exec(tag)?.[1];
    return value === undefined ? null : Number(value);
  };
  return { format: 'SVG', mediaType: null, width: size('width'), height: size('height') };
}
