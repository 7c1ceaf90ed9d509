import assert from 'node:assert/strict';
import { patchByFile, readDiffInTurns } from '../../../src/auditor/read-in-turns.ts';
import { readDiff } from '../../../src/domain/read-diff.ts';
import { reportOf, specOf } from '../engine/evidence.ts';
import { auditorFor, type Change, panelOf, reply, stagedOfChange } from './support.ts';

/**
 * Longest time in milliseconds that the work computes without letting others have their turn, the least of three tries:
 * collecting garbage lengthens now one stretch and now another, and work that keeps its turn does so each time.
 */
async function longestStretch(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let each = 0; each < 3; each += 1) least = Math.min(least, await stretchOf(work));
  return least;
}

async function stretchOf(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isDone = false;
  let since = process.threadCpuUsage();
  const watch = () => {
    const { user, system } = process.threadCpuUsage(since);
    longest = Math.max(longest, (user + system) / 1000);
    since = process.threadCpuUsage();
    if (!isDone) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  watch();
  isDone = true;
  return longest;
}

const lines = (count: number, name: string) =>
  Array.from({ length: count }, (_, at) => `  const ${name}${at} = compute(${at}, 'text of a line', other.value);\n`);

const large: Readonly<Record<string, Change>> = {
  'in one file': { 'src/a.ts': [null, lines(20_000, 'value').join('')] },
  'in many files': Object.fromEntries(
    Array.from({ length: 100 }, (_, at) => [`src/${at}.ts`, [null, lines(200, 'value').join('')] as const]),
  ),
};

/** What an editor may be held up by before a person notices. */
const mostMilliseconds = 50;

describe('work on a large change', () => {
  for (const [name, change] of Object.entries(large)) {
    it(`leaves others their turn: 20,000 lines ${name}`, async function () {
      this.timeout(60_000);
      const staged = stagedOfChange(change);
      const auditor = auditorFor(change);
      const scanning = await longestStretch(() => auditor.scan(specOf(), staged));
      assert.ok(scanning < mostMilliseconds, `the scan computes for ${scanning} ms`);
      const nowhere = { claim: 'It is not there.', evidence: 'nothing(of, the, kind);\nnot.this(either);' };
      const said = reply(...Array.from({ length: 40 }, (_, at) => ({ ...nowhere, line: at * 10 + 1 })));
      const task = {
        scope: { runId: 'run', tierId: null, phaseId: 'phase', attempt: 1 },
        spec: specOf(),
        base: 'base',
      };
      const scan = await auditor.scan(specOf(), staged);
      const { models } = panelOf({ correctness: said });
      const request = { task, staged, scan, checks: reportOf(), care: 'low', models } as const;
      const reviewing = await longestStretch(() => auditor.review(request, new AbortController().signal));
      assert.ok(reviewing < mostMilliseconds, `the review computes for ${reviewing} ms`);
    });
  }

  it('finds on far lines what it finds on near ones, and counts them alike', async () => {
    const text = [...lines(3_000, 'value'), "export const token = 'ghp_Ab3Ab3Ab3Ab3Ab3Ab3Ab3Ab3';\n"].join('');
    const change: Change = { 'src/a.ts': [null, text] };
    const { findings } = await auditorFor(change).scan(specOf(), stagedOfChange(change));
    assert.deepEqual(
      findings.map(({ component, line }) => [component, line]),
      [['scan:secret', 3_001]],
    );
  });
});

describe('a patch by its files', () => {
  const separators = { 'a carriage return': '\r', 'a line separator': '\u2028', 'a paragraph separator': '\u2029' };
  for (const [name, separator] of Object.entries(separators)) {
    it(`is not cut where ${name} in a line makes text look like a header`, async () => {
      const hidden = `const a = 1;${separator}diff --git a/x b/x\ndebugger;\n`;
      const { patch } = stagedOfChange({ 'src/a.js': [null, hidden], 'src/b.js': [null, 'const b = 2;\n'] });
      assert.equal(patchByFile(patch).length, 2);
      assert.deepEqual(await readDiffInTurns(patch), readDiff(patch));
    });
  }

  it('has no parts where there is no patch', () => {
    assert.deepEqual(patchByFile(''), []);
    assert.deepEqual(patchByFile('no patch\n'), []);
  });
});
