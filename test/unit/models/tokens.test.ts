import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens as countP50k } from 'gpt-tokenizer/encoding/p50k_base';
import { tokensOf } from '../../../src/models/count-tokens.ts';
import { counterFor, countInput } from '../../../src/models/tokens.ts';
import { frameOf } from '../../../src/models/wire.ts';
import { findingsSchema, requestOf } from './support.ts';

const asText = { disallowedSpecial: new Set<string>() };
const code = `
export function fibonacci(count: number): readonly number[] {
  const values = [0, 1];
  while (values.length < count) {
    const [first, second] = values.slice(-2) as [number, number];
    values.push(first + second); // 1234567890, 0xdeadbeef
  }
      return values.slice(0, count);
}
`.repeat(60);

/** Counts one text as a model of this name would. */
const counting = (model: string) => async (text: string) => {
  const [count = -1] = await counterFor(model)([text]);
  return count;
};

describe('a token count', () => {
  it('is that of the table, and hardly more for being taken in pieces', async () => {
    const count = counting('gpt-5.6-terra');
    const exact = countO200k(code, asText);
    const counted = await count(code);
    assert.ok(counted >= exact);
    assert.ok(counted <= exact * 1.01, `${counted} for ${exact}`);
    assert.equal(await count(''), 0);
    assert.equal(await count('hello world'), 2);
  });

  it('takes special tokens for the text they are', async () => {
    assert.ok((await counting('gpt-5')('<|endoftext|><|im_start|>system')) > 8);
  });

  for (const [what, text] of [
    ['one letter', 'a'.repeat(200_000)],
    ['one space', ' '.repeat(200_000)],
    ['line breaks', '\n'.repeat(200_000)],
    ['random letters', Array.from({ length: 200_000 }, (_, at) => 'qzxjkvw'[(at * at + at) % 7]).join('')],
    ['one emoji', '🙂'.repeat(100_000)],
  ] as const) {
    it(`of 200,000 characters of ${what} is quick`, () => {
      tokensOf('The table is read once.', true);
      // Computing alone: a busy machine makes everything wait.
      const before = process.threadCpuUsage();
      assert.ok(tokensOf(text, true) > 100);
      const { user, system } = process.threadCpuUsage(before);
      assert.ok(user + system < 4_000_000, `${(user + system) / 1000} ms`);
    });
  }

  it('does not cut a character in two', async () => {
    const text = `${'x'.repeat(1023)}🙂${'x'.repeat(1000)}`;
    const apart = countO200k('x'.repeat(1023), asText) + countO200k(`🙂${'x'.repeat(1000)}`, asText);
    assert.equal(await counting('gpt-5')(text), apart);
  });

  it('for a family whose table is not known covers other tables too', async () => {
    const count = counting('vendor/some-model');
    const samples = [
      code,
      'The quick brown fox jumps over the lazy dog. '.repeat(50),
      '数据库迁移必须在一个事务中完成。'.repeat(50),
      'Данные должны быть сохранены. '.repeat(50),
      'データは保存する必要があります。'.repeat(50),
      '🙂👩‍👩‍👧‍👦🏳️‍🌈'.repeat(50),
      '3.14159265358979323846264338327950288419716939937510'.repeat(20),
      '        deeply indented\n'.repeat(80),
      Buffer.from(code).toString('base64').slice(0, 4000),
    ];
    for (const text of samples) {
      const counted = await count(text);
      for (const other of [countCl100k, countO200k, countP50k]) {
        assert.ok(counted >= other(text, asText), `${text.slice(0, 20)}: ${counted} < ${other(text, asText)}`);
      }
    }
  });

  it('of any text is at least the table’s, whole or in pieces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 6000, size: 'max' }), (text) => {
        // A cut can save a token now and then where the pieces happen to fit better; a call has 64 to spare.
        assert.ok(tokensOf(text, true) + 2 >= countO200k(text, asText));
      }),
      { numRuns: 60 },
    );
  });

  it('of a request is more than that of its texts, and counts the schema', async () => {
    const count = counterFor('gpt-5');
    const request = requestOf();
    const frame = frameOf(request);
    const texts = countO200k(frame.system) + countO200k(frame.messages[0]?.text ?? '');
    const plain = await countInput(count, frame, null);
    assert.ok(plain > texts + 10);
    assert.ok((await countInput(count, frame, findingsSchema)) > plain + 20);
  });
});
