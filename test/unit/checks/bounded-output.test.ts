import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { createBoundedOutput } from '../../../src/checks/bounded-output.ts';

describe('bounded output', () => {
  it('keeps everything that fits, hashes everything, however it arrives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }),
        fc.integer({ min: 2, max: 400 }),
        (chunks, limit) => {
          const output = createBoundedOutput(limit);
          for (const chunk of chunks) output.write(Buffer.from(chunk));
          const whole = Buffer.concat(chunks);
          const end = output.finish();
          assert.equal(end.hash, createHash('sha256').update(whole).digest('hex'));
          assert.equal(end.bytes, whole.length);
          if (whole.length <= limit) assert.equal(end.text, whole.toString('utf8'));
          else assert.match(end.text, new RegExp(`… ${whole.length - limit} bytes left out …`));
        },
      ),
    );
  });

  it('keeps exactly the first and the last half', () => {
    const output = createBoundedOutput(10);
    for (const character of 'abcdefghijklmnopqrstuvwxyz') output.write(Buffer.from(character));
    assert.equal(output.finish().text, 'abcde\n… 16 bytes left out …\nvwxyz');
  });

  it('cuts between characters', () => {
    for (const limit of [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]) {
      for (const character of ['é', '€', '😀']) {
        const output = createBoundedOutput(limit);
        output.write(Buffer.from(character.repeat(100)));
        assert.doesNotMatch(output.finish().text, /\ufffd/);
      }
    }
  });

  it('holds little of an endless output', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const output = createBoundedOutput(1000);
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 800; count += 1) output.write(Buffer.alloc(65_536, 120));
    // 50 MB went through. Array buffers are let go of in the background, sooner or later on a busy machine.
    let held = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 50 && held > 2 ** 20; tries += 1) {
      await setTimeout(50);
      collectGarbage();
      held = process.memoryUsage().arrayBuffers - before;
    }
    assert.ok(held <= 2 ** 20, `${held} bytes are held`);
    assert.ok(output.finish().text.length < 1100);
  });
});
