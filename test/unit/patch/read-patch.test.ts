import assert from 'node:assert/strict';
import type { PatchSet } from '../../../src/patch/patch-set.ts';
import { readPatch } from '../../../src/patch/read-patch.ts';

const names = '--- a/x.ts\n+++ b/x.ts\n';
const body = ' one\n-two\n+TWO\n three\n';

function read(text: string): PatchSet {
  const result = readPatch(text);
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.fault));
  return result.value;
}

function faultOf(text: string): string {
  const result = readPatch(text);
  assert.ok(!result.ok, 'the text was read');
  return result.fault.code;
}

function signs(set: PatchSet, section = 0, hunk = 0): string {
  return (set.sections[section]?.hunks[hunk]?.lines ?? []).map((line) => line.sign).join('');
}

describe('readPatch', () => {
  it('reads numbers, counts and what stands behind them', () => {
    const [hunk] = read(`${names}@@ -1,3 +1,3 @@ class A\n${body}`).sections[0]?.hunks ?? [];
    assert.deepEqual(
      [hunk?.oldStart, hunk?.oldCount, hunk?.newStart, hunk?.newCount, hunk?.section],
      [1, 3, 1, 3, 'class A'],
    );
  });

  for (const header of [
    '@@',
    '@@ @@',
    '@@ ... @@',
    '@@ -?,? +?,? @@',
    '@@ class A',
    '@@ -99999999999999999999,3 +1,3 @@',
  ]) {
    it(`takes ${JSON.stringify(header)} for a hunk that names no line`, () => {
      const set = read(`${names}${header}\n${body}`);
      assert.equal(set.sections[0]?.hunks[0]?.oldStart, null);
      assert.equal(signs(set), ' -+ ');
    });
  }

  it('reads a hunk without any header', () => {
    assert.equal(signs(read(`${names}${body}`)), ' -+ ');
  });

  it('trusts counts that land on an end, even where lines look like headers or fences', () => {
    const set = read(`\`\`\`diff\n${names}@@ -1,3 +1,3 @@\n \`\`\`\n--- a/y\n+++ b/y\n end\n\`\`\`\n`);
    assert.equal(set.sections.length, 1);
    assert.equal(signs(set), ' -+ ');
  });

  it('reads several fences, with the file named above a fence', () => {
    const set = read(
      `**a.ts**\n\n\`\`\`diff\n@@ -1,3 +1,3 @@\n${body}\`\`\`\n\n**b.ts**\n\n\`\`\`diff\n@@ -1,3 +1,3 @@\n${body}\`\`\`\n`,
    );
    assert.deepEqual(
      set.sections.map((section) => section.newPath),
      ['a.ts', 'b.ts'],
    );
  });

  it('goes on with a file after prose between its hunks', () => {
    const set = read(`${names}@@ -1,3 +1,3 @@\n${body}\nThen, further down:\n\n@@ -9,3 +9,3 @@\n${body}`);
    assert.deepEqual(
      set.sections.map((section) => section.hunks.length),
      [2],
    );
  });

  it('reads git headers: modes, renames, quoted and stamped names', () => {
    const set = read(
      'diff --git "a/\\303\\251.ts" "b/\\303\\251.ts"\nnew file mode 100755\n--- /dev/null\n+++ "b/\\303\\251.ts"\t2024-01-01 10:00:00 +0000\n@@ -0,0 +1 @@\n+x\n' +
        'diff --git a/o.ts b/n.ts\nrename from o.ts\nrename to n.ts\n',
    );
    assert.deepEqual(
      [set.sections[0]?.oldPath, set.sections[0]?.newPath, set.sections[0]?.newMode],
      [null, 'b/é.ts', '100755'],
    );
    assert.deepEqual([set.sections[1]?.renameFrom, set.sections[1]?.renameTo], ['o.ts', 'n.ts']);
  });

  it('reads Codex patches with moves, additions and deletions', () => {
    const set = read(
      '*** Begin Patch\n*** Update File: a.ts\n*** Move to: b.ts\n@@ class A\n one\n-two\n+TWO\n*** Add File: c.ts\n+new\n*** Delete File: d.ts\n*** End Patch\n',
    );
    assert.deepEqual(
      set.sections.map((each) => [each.oldPath, each.newPath]),
      [
        ['a.ts', 'b.ts'],
        [null, 'c.ts'],
        ['d.ts', null],
      ],
    );
    assert.equal(set.sections[0]?.hunks[0]?.section, 'class A');
  });

  it('reads SEARCH/REPLACE blocks in their dialects, and keeps what both sides share as context', () => {
    for (const text of [
      'a.ts\n```\n<<<<<<< SEARCH\none\ntwo\n=======\none\nTWO\n>>>>>>> REPLACE\n```\n',
      '<path>a.ts</path>\n<diff>\n------- SEARCH\none\ntwo\n=======\none\nTWO\n+++++++ REPLACE\n</diff>\n',
      'a.ts\n<<<<<<< SEARCH\n:start_line:3\n-------\none\ntwo\n=======\none\nTWO\n>>>>>>> REPLACE\n',
    ]) {
      const set = read(text);
      assert.equal(set.sections[0]?.newPath, 'a.ts');
      assert.equal(signs(set), ' -+');
    }
  });

  it('reads a whole file under its path, and none without one', () => {
    assert.equal(read('src/a.ts\n```ts\nconst a = 1;\n```\n').sections[0]?.content, 'const a = 1;\n');
    assert.equal(read('```ts src/a.ts\nconst a = 1;\n```\n').sections[0]?.newPath, 'src/a.ts');
    assert.equal(faultOf('Use it so:\n```ts\nconst a = 1;\n```\n'), 'builder/no-patch');
  });

  const cut: Record<string, string> = {
    'an open fence': `\`\`\`diff\n${names}@@ -1,3 +1,3 @@\n${body}`,
    'a line without its end and counts not met': `${names}@@ -1,3 +1,3 @@\n one\n-two\n+TW`,
    'a line without its end and no counts': `${names}@@\n one\n-two\n+TW`,
    'a hunk header at the end': `${names}@@ -1,3 +1,3 @@\n${body}@@ -9,`,
    'a name at the end': `${names}@@ -1,3 +1,3 @@\n${body}--- a/y.ts\n`,
    'a first part of a header at the end': `${names}@@ -1,3 +1,3 @@\n${body}diff --gi`,
    'counts not met on both sides after a change': `\`\`\`diff\n${names}@@ -1,5 +1,6 @@\n one\n+two\n\`\`\`\n`,
    'a new file that is shorter than counted': '```diff\n--- /dev/null\n+++ b/n.ts\n@@ -0,0 +1,9 @@\n+one\n```\n',
    'a Codex patch without its end': '*** Begin Patch\n*** Update File: a.ts\n@@\n-a\n+b\n',
    'a block without its end': 'a.ts\n<<<<<<< SEARCH\none\n=======\ntwo\n',
    'a whole file without its end': 'src/a.ts\n```ts\nconst a = 1;\n',
  };
  for (const [name, text] of Object.entries(cut)) {
    it(`takes ${name} for a text that was cut off`, () => assert.equal(faultOf(text), 'patch/truncated'));
  }

  it('takes a last line without its end for whole when the caller knows that it is', () => {
    const text = `${names}@@\n one\n-two\n+TWO`;
    assert.equal(faultOf(text), 'patch/truncated');
    assert.ok(readPatch(text, { complete: true }).ok);
  });

  const unreadable: Record<string, string> = {
    'a merge diff': 'diff --cc x.ts\nindex 1,2..3\n--- a/x.ts\n+++ b/x.ts\n@@@ -1,1 -1,1 +1,1 @@@\n++x\n',
    'a context diff': '*** a/x.ts\n--- b/x.ts\n***************\n*** 1,2 ****\n',
    'a hunk without a file': '@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n',
    'a block without a file': '<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n',
    'a stray added line in a fence': `\`\`\`diff\n${names}@@ -1,3 +1,3 @@\n${body}\`\`\`\n\n\`\`\`diff\n+late\n\`\`\`\n`,
    'a file whose fence holds fences': 'a.md\n```md\ntext\n```js\nx\n```\nmore\n```\n',
  };
  for (const [name, text] of Object.entries(unreadable)) {
    it(`refuses ${name}`, () => assert.equal(faultOf(text), 'patch/unreadable'));
  }

  it('finds no patch in prose, in nothing and in an empty fence', () => {
    for (const text of ['', '\n', 'I could not do it.', '```diff\n```\n'])
      assert.equal(faultOf(text), 'builder/no-patch');
  });
});
