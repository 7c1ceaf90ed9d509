import { createHash } from 'node:crypto';

/** Collects a command's output in bounded memory: its first and last bytes are kept, all of it is hashed. */
export interface BoundedOutput {
  write(chunk: Buffer): void;
  /** `text` is UTF-8 with a note of what was left out; `hash` is the SHA-256 of everything, in hex. */
  finish(): { readonly text: string; readonly hash: string; readonly bytes: number };
}

/** `limit` is in bytes: half of it for the head, half for the tail. */
export function createBoundedOutput(limit: number): BoundedOutput {
  const headLimit = Math.ceil(limit / 2);
  const tailLimit = limit - headLimit;
  const hash = createHash('sha256');
  const head: Buffer[] = [];
  let headBytes = 0;
  let tail: Buffer[] = [];
  let tailBytes = 0;
  let bytes = 0;

  function keepTail(chunk: Buffer): void {
    tail.push(chunk);
    tailBytes += chunk.length;
    // Joined at twice the bound only, so that many small chunks cost one copy each.
    if (tailBytes > 2 * tailLimit + 4096 || tail.length > 1024) {
      const joined = Buffer.concat(tail);
      tail = [Buffer.from(joined.subarray(Math.max(0, joined.length - tailLimit)))];
      tailBytes = tail[0]?.length ?? 0;
    }
  }

  return {
    write(chunk) {
      hash.update(chunk);
      bytes += chunk.length;
      const room = headLimit - headBytes;
      if (room > 0) {
        const part = chunk.subarray(0, room);
        // Copied: a slice would keep the whole chunk alive.
        head.push(Buffer.from(part));
        headBytes += part.length;
      }
      if (chunk.length > room) keepTail(chunk.subarray(Math.max(0, room)));
    },
    finish() {
      const digest = hash.digest('hex');
      const joined = Buffer.concat(tail);
      const end = joined.subarray(Math.max(0, joined.length - tailLimit));
      const leftOut = bytes - headBytes - end.length;
      const start = Buffer.concat(head);
      const text =
        leftOut === 0
          ? Buffer.concat([start, end]).toString('utf8')
          : `${wholeCharacters(start)}\n… ${leftOut} bytes left out …\n${fromWholeCharacter(end)}`;
      return { text, hash: digest, bytes };
    },
  };
}

/** Without the bytes of a character that the cut went through. */
function wholeCharacters(bytes: Buffer): string {
  let lead = bytes.length - 1;
  while (lead > 0 && lead > bytes.length - 4 && ((bytes[lead] as number) & 0xc0) === 0x80) lead -= 1;
  const first = bytes[lead];
  if (first === undefined || first < 0xc0) return bytes.toString('utf8');
  const wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return bytes.subarray(0, bytes.length - lead < wanted ? lead : bytes.length).toString('utf8');
}

function fromWholeCharacter(bytes: Buffer): string {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start).toString('utf8');
}
