import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inParts } from '../../../src/auditor/parts.ts';
import type { ReviewMaterial } from '../../../src/auditor/prompts.ts';
import { readDiff } from '../../../src/domain/read-diff.ts';
import { reportOf, specOf } from '../engine/evidence.ts';
import { type Change, clean, reply, review, stagedOfChange } from './support.ts';

const text = (count: number, name: string) =>
  Array.from({ length: count }, (_, at) => `const ${name}${at} = read(${at}, other);\n`).join('');
/** Three new files of about 3,500 characters each. */
const three: Change = Object.fromEntries(['a', 'b', 'c'].map((name) => [`src/${name}.js`, [null, text(110, name)]]));
const room = 2_000;

function materialOf(change: Change): ReviewMaterial {
  const files = Object.entries(change).flatMap(([path, [, after]]) => (after === null ? [] : [[path, after] as const]));
  return { spec: specOf(), staged: stagedOfChange(change), checks: reportOf(), files: new Map(files), known: [] };
}

/** Every changed line with its place, as the parts show them together. */
function shownIn(materials: readonly ReviewMaterial[]): readonly string[] {
  return materials.flatMap(({ staged }) => changedIn(staged.patch));
}

function changedIn(patch: string): readonly string[] {
  return readDiff(patch).flatMap(({ path, lines }) =>
    lines.map(({ kind, oldLine, newLine, text: line }) => `${path} ${kind} ${oldLine} ${newLine} ${line}`),
  );
}

describe('a change in parts', () => {
  it('is one request where it fits, with no word of parts', async () => {
    const material = materialOf(three);
    const { materials, notice } = await inParts(material, 60_000);
    assert.deepEqual(materials, [material]);
    assert.equal(notice, null);
  });

  it('is cut by files, each part with its own files and the names of the others', async () => {
    const { materials, notice } = await inParts(materialOf(three), room);
    assert.deepEqual(
      materials.map(({ part }) => part),
      [
        { number: 1, of: 3, others: ['src/b.js', 'src/c.js'] },
        { number: 2, of: 3, others: ['src/a.js', 'src/c.js'] },
        { number: 3, of: 3, others: ['src/a.js', 'src/b.js'] },
      ],
    );
    assert.match(notice ?? '', /in 3 parts/);
  });

  it('cuts a file that is too large into ranges that keep their line numbers', async () => {
    const change: Change = { 'src/a.js': [text(400, 'old'), text(400, 'new')] };
    const { materials } = await inParts(materialOf(change), room);
    assert.ok(materials.length > 3);
    assert.deepEqual(shownIn(materials), changedIn(stagedOfChange(change).patch));
  });

  it('says which lines it could not show whole', async () => {
    const { materials, notice } = await inParts(materialOf({ 'src/a.js': [null, `${'x'.repeat(20_000)}\n`] }), room);
    assert.match(notice ?? '', /One line was too long/);
    assert.match(materials[0]?.staged.patch ?? '', /\[cut here\]/);
  });

  it('shows what has no lines as far as it goes: nothing goes unseen', async () => {
    const patch = `diff --git a/logo.png b/logo.png\nGIT binary patch\n${'z'.repeat(20_000)}\n`;
    const material = materialOf(three);
    const { materials } = await inParts({ ...material, staged: { ...material.staged, patch } }, room);
    assert.equal(materials.length, 1);
    assert.match(materials[0]?.staged.patch ?? '', /logo\.png[\s\S]+\[cut here\]/);
  });

  it('loses no line of any change and keeps each part in its bound', async () => {
    const line = fc.string({ maxLength: 60 }).filter((each) => !/[\n\r]/.test(each));
    const file = fc.tuple(fc.array(line, { maxLength: 60 }), fc.array(line, { maxLength: 60 }));
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 6 }), async (files) => {
        const change: Change = Object.fromEntries(
          files.map(([before, after], at) => [`src/${at}.js`, [before.join('\n'), after.join('\n')] as const]),
        );
        const material = materialOf(change);
        const { materials } = await inParts(material, 200);
        assert.deepEqual(shownIn(materials), changedIn(material.staged.patch));
        for (const { staged } of materials) assert.ok(staged.patch.length <= 200 * 3 + 120, staged.patch);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the review of a large change', () => {
  const small = { change: three, contextTokens: room };

  it('asks about every part, merges what is found, and says so', async () => {
    const found = (name: string) => ({ file: `src/${name}.js`, line: 1, evidence: `const ${name}0 = read(0, other);` });
    const { audit, requests } = await review(
      { correctness: [reply(found('a')), clean, reply({ ...found('c'), claim: 'Another thing is wrong here.' })] },
      small,
    );
    assert.equal(requests.length, 3);
    assert.match(requests[1]?.messages[0]?.text ?? '', /part 2 of 3[\s\S]+src\/a\.js[\s\S]+The change:/);
    assert.deepEqual(audit.findings.map(({ file }) => file).sort(), ['src/a.js', 'src/c.js']);
    assert.equal(audit.panel.length, 1);
    assert.match(audit.summary, /^The change was reviewed in 3 parts/);
  });

  it('fails closed where the reviewer gives no verdict about one part, and keeps what it found in another', async () => {
    const cut = { code: 'model/truncated', provider: 'lab', outputLimit: 10 } as const;
    const found = reply({ file: 'src/a.js', line: 1, evidence: 'const a0 = read(0, other);' });
    const { audit } = await review({ correctness: [found, cut, clean] }, small);
    assert.deepEqual(audit.findings.map(({ category }) => category).sort(), ['auditor-error', 'correctness']);
    assert.match(audit.panel[0]?.failure ?? '', /^Part 2 of 3: /);
  });

  it('takes a criterion as met where one part shows it, and as not met where one part shows that', async () => {
    const spec = specOf({ acceptance: ['It reads'], auditor: { panel: ['spec'] } });
    const said = (answer: string, name = 'a') =>
      JSON.stringify({
        summary: '',
        findings: [],
        criteria: [{ criterion: 1, answer, evidence: answer === 'unclear' ? '' : `const ${name}0 = read(0, other);` }],
      });
    const answerOf = async (...answers: readonly string[]) => {
      const { audit } = await review({ spec: answers }, { ...small, spec });
      return audit.opinions?.map(({ answer, grounded }) => [answer, grounded]);
    };
    assert.deepEqual(await answerOf(said('unclear'), said('met', 'b'), said('unclear')), [['met', true]]);
    assert.deepEqual(await answerOf(said('met'), said('not-met', 'b'), said('met', 'c')), [['not-met', true]]);
  });
});
