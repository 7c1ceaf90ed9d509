import { crc32, deflateSync } from 'node:zlib';

/** A grey picture that every decoder reads. */
export function pngOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height, 0x80);
  for (let row = 0; row < height; row += 1) rows[row * (width + 1)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** The beginnings of files, as far as their size is told there. */
export const headers = {
  gif: (width: number, height: number) => {
    const content = Buffer.alloc(16);
    content.write('GIF89a', 'latin1');
    content.writeUInt16LE(width, 6);
    content.writeUInt16LE(height, 8);
    return content;
  },
  jpeg: (width: number, height: number) => {
    const content = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0001108000000000301110021', 'hex');
    content.writeUInt16BE(height, 25);
    content.writeUInt16BE(width, 27);
    return content;
  },
  webpLossy: (width: number, height: number) => {
    const content = webp('VP8 ');
    content.set([0x9d, 0x01, 0x2a], 23);
    content.writeUInt16LE(width, 26);
    content.writeUInt16LE(height, 28);
    return content;
  },
  webpLossless: (width: number, height: number) => {
    const content = webp('VP8L');
    content[20] = 0x2f;
    content.writeUInt32LE((width - 1) | ((height - 1) << 14), 21);
    return content;
  },
  webpExtended: (width: number, height: number) => {
    const content = webp('VP8X');
    content.writeUIntLE(width - 1, 24, 3);
    content.writeUIntLE(height - 1, 27, 3);
    return content;
  },
};

function webp(kind: string): Buffer {
  const content = Buffer.alloc(40);
  content.write('RIFF', 0, 'latin1');
  content.write('WEBP', 8, 'latin1');
  content.write(kind, 12, 'latin1');
  return content;
}
