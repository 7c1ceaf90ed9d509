import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens as countP50k } from 'gpt-tokenizer/encoding/p50k_base';
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

describe('a token count', () => {
  it('is that of the table, and hardly more for being taken in pieces', async () => {
    const count = await counterFor('gpt-5.6-terra');
    const exact = countO200k(code, asText);
    assert.ok(count(code) >= exact);
    assert.ok(count(code) <= exact * 1.01, `${count(code)} for ${exact}`);
    assert.equal(count(''), 0);
    assert.equal(count('hello world'), 2);
  });

  it('takes special tokens for the text they are', async () => {
    const count = await counterFor('gpt-5');
    assert.ok(count('<|endoftext|><|im_start|>system') > 8);
  });

  for (const [what, text] of [
    ['one letter', 'a'.repeat(200_000)],
    ['one space', ' '.repeat(200_000)],
    ['line breaks', '\n'.repeat(200_000)],
    ['random letters', Array.from({ length: 200_000 }, (_, at) => 'qzxjkvw'[(at * at + at) % 7]).join('')],
    ['one emoji', '🙂'.repeat(100_000)],
  ] as const) {
    it(`of 200,000 characters of ${what} is quick`, async () => {
      const count = await counterFor('gpt-5');
      const begun = performance.now();
      assert.ok(count(text) > 100);
      const milliseconds = performance.now() - begun;
      assert.ok(milliseconds < 4000, `${milliseconds} ms`);
    });
  }

  it('does not cut a character in two', async () => {
    const count = await counterFor('gpt-5');
    const text = `${'x'.repeat(1023)}🙂${'x'.repeat(1000)}`;
    assert.equal(count(text), countO200k('x'.repeat(1023), asText) + countO200k(`🙂${'x'.repeat(1000)}`, asText));
  });

  it('for a family whose table is not known covers other tables too', async () => {
    const count = await counterFor('vendor/some-model');
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
      for (const other of [countCl100k, countO200k, countP50k]) {
        assert.ok(count(text) >= other(text, asText), `${text.slice(0, 20)}: ${count(text)} < ${other(text, asText)}`);
      }
    }
  });

  it('of any text is at least the table’s, whole or in pieces', async () => {
    const count = await counterFor('gpt-5');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 6000, size: 'max' }), (text) => {
        // A cut can save a token now and then where the pieces happen to fit better; a call has 64 to spare.
        assert.ok(count(text) + 2 >= countO200k(text, asText));
      }),
      { numRuns: 60 },
    );
  });

  it('of a request is more than that of its texts, and counts the schema', async () => {
    const count = await counterFor('gpt-5');
    const request = requestOf();
    const frame = frameOf(request);
    const texts = countO200k(frame.system) + countO200k(frame.messages[0]?.text ?? '');
    const plain = countInput(count, frame, null);
    assert.ok(plain > texts + 10);
    assert.ok(countInput(count, frame, findingsSchema) > plain + 20);
  });
});
