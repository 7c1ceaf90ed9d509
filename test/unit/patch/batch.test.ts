import assert from 'node:assert/strict';
import { describeRejection } from '../../../src/domain/describe-rejection.ts';
import { answerBatchCase, batchLines, formatAnswer } from '../../../src/patch/batch.ts';
import { neededPaths } from '../../../src/patch/needed-paths.ts';
import { readPatch } from '../../../src/patch/read-patch.ts';

const files = { 'src/a.ts': 'one\ntwo\nthree\n', 'src/b.ts': 'two\n' };

describe('patch batch', () => {
  it('answers with the changed files only, null for what is gone', () => {
    const rename = 'diff --git a/src/b.ts b/src/c.ts\nrename from src/b.ts\nrename to src/c.ts\n';
    assert.deepEqual(answerBatchCase({ id: '1', files, patch: rename }), {
      id: '1',
      ok: true,
      files: { 'src/b.ts': null, 'src/c.ts': 'two\n' },
    });
  });

  it('answers with an error that helps: reason, places, the lines of the file', () => {
    const patch = '--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,3 +1,3 @@\n one\n-TWO\n+2\n three\n';
    const answer = answerBatchCase({ id: '2', files, patch });
    assert.ok(!answer.ok);
    for (const part of ['src/a.ts, hunk 1', 'which the hunk removes', '2 | two', 'Send the whole patch again'])
      assert.ok(answer.error.includes(part), answer.error);
  });

  it('is not confused by names that objects have by themselves', () => {
    const proto = JSON.parse('{"__proto__": "one\\n", "constructor": "two\\n"}') as Record<string, string>;
    const patch = '--- a/constructor\n+++ b/constructor\n@@ -1 +1 @@\n-two\n+2\n';
    assert.deepEqual(answerBatchCase({ id: '3', files: proto, patch }), {
      id: '3',
      ok: true,
      files: { constructor: '2\n' },
    });
    assert.equal(
      answerBatchCase({ id: '4', files: {}, patch: '--- a/toString\n+++ b/toString\n@@ -1 +1 @@\n-two\n+2\n' }).ok,
      false,
    );
  });

  it('cuts its input at LF alone, wherever the chunks end', async () => {
    async function* chunks(): AsyncGenerator<string> {
      yield* ['{"a":"x\u2028', 'y"}\n\n{"b"', ':1}\n{"c":2}'];
    }
    const lines: string[] = [];
    for await (const line of batchLines(chunks())) lines.push(line);
    assert.deepEqual(lines, ['{"a":"x\u2028y"}', '{"b":1}', '{"c":2}']);
  });

  it('writes an answer as one line for every reader', () => {
    const line = formatAnswer({ id: 'x', ok: true, files: { f: 'a\u2028b\nc' } });
    assert.ok(!/[\n\u2028]/.test(line));
    assert.deepEqual(JSON.parse(line), { id: 'x', ok: true, files: { f: 'a\u2028b\nc' } });
  });
});

describe('neededPaths', () => {
  const all = new Set(['src/a.ts', 'src/b.ts', 'lib/deep/only.ts']);
  const needed = (patch: string): string[] => {
    const set = readPatch(patch);
    assert.ok(set.ok);
    return neededPaths(set.value, all);
  };

  it('names the files to load, also behind wrong prefixes, and none for new ones', () => {
    const hunk = '@@ -1 +1 @@\n-x\n+y\n';
    assert.deepEqual(needed(`--- a/src/a.ts\n+++ b/src/a.ts\n${hunk}`), ['src/a.ts']);
    assert.deepEqual(needed(`--- only.ts\n+++ only.ts\n${hunk}`), ['lib/deep/only.ts']);
    assert.deepEqual(needed('diff --git a/src/b.ts b/src/c.ts\nrename from src/b.ts\nrename to src/c.ts\n'), [
      'src/b.ts',
    ]);
    assert.deepEqual(needed('--- /dev/null\n+++ b/src/new.ts\n@@ -0,0 +1 @@\n+x\n'), []);
  });
});

describe('describeRejection', () => {
  it('shows the places a hunk may have meant', () => {
    const text = describeRejection({
      code: 'patch/does-not-apply',
      rejections: [
        { file: 'a.ts', hunk: 2, reason: 'Its old lines stand in 2 places.', candidates: [3, 9], excerpt: '3 | x' },
      ],
    });
    assert.match(text ?? '', /a\.ts, hunk 2: Its old lines[\s\S]*line 3, 9[\s\S]*3 \| x/);
  });

  it('has words for every fault about a patch, and none for others', () => {
    assert.match(describeRejection({ code: 'patch/truncated', detail: 'D.' }) ?? '', /D\..*again/);
    assert.match(describeRejection({ code: 'patch/out-of-scope', files: ['x'] }) ?? '', /`x`/);
    assert.match(describeRejection({ code: 'patch/already-applied', files: ['x'] }) ?? '', /already/);
    assert.equal(describeRejection({ code: 'interrupted' }), null);
  });
});
