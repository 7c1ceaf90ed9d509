import assert from 'node:assert/strict';
import { applyReply } from '../../../src/patch/batch.ts';
import { formatPatch } from '../../../src/patch/format-patch.ts';
import { computingMs } from '../../support/computing-time.ts';

const names = '--- a/f\n+++ b/f\n';
/** Milliseconds of computing; waiting for a core that others use says nothing of the engine. */
const bound = 2_000;

function lines(count: number, line: (at: number) => string): string {
  return `${Array.from({ length: count }, (_, at) => line(at)).join('\n')}\n`;
}

function within(run: () => void): void {
  const spent = computingMs(run);
  assert.ok(spent < bound, `took ${Math.round(spent)} ms`);
}

describe('Patch bounds', () => {
  const repeated = lines(100_000, () => 'x');
  const periodic = lines(100_000, (at) => `item ${at % 7}`);
  const refused: Record<string, () => [string, string]> = {
    'a patch of 50 MB': () => [`${names}@@ -1 +1 @@\n${`+${'a'.repeat(49)}\n`.repeat(1_000_000)}`, 'x\n'],
    '100,000 hunks': () => [names + lines(100_000, (at) => `@@ -${at + 1} +${at + 1} @@\n-l${at}\n+m${at}`), repeated],
    '15,000 hunks that fit nowhere': () => [names + lines(15_000, (at) => `@@\n x\n x\n-gone\n+m${at}`), repeated],
    'a file of one repeated line': () => [`${names}@@\n${' x\n'.repeat(5_000)}-x\n+y\n`, repeated],
    'a long pattern that nearly repeats': () => [
      `${names}@@\n${lines(3_000, (at) => ` item ${at % 7}`)}-item 9\n+y\n`,
      periodic,
    ],
    '2,000 hunks of misquoted context': () => [
      names + lines(2_000, (hunk) => `@@\n${lines(20, (at) => ` word${(hunk * 7 + at) % 500} typo`)}+y${hunk}`),
      lines(20_000, (at) => `word${at % 500} type`),
    ],
    'a fence that never ends': () => [`\`\`\`diff\n${names}@@\n${'```\n'.repeat(390_000)}`, 'x\n'],
    'a header of 4 MB': () => [`diff --git ${'a '.repeat(2_000_000)}\n`, 'x\n'],
    '390,000 blank lines': () => ['\n'.repeat(390_000), 'x\n'],
    '1,900 renames of one file': () => [
      lines(1_900, (at) => `diff --git a/f b/g${at}\nrename from f\nrename to g${at}`),
      'x\n',
    ],
  };
  for (const [name, make] of Object.entries(refused)) {
    it(`refuses ${name} in time`, () => {
      const [reply, file] = make();
      within(() => assert.ok(!applyReply(reply, new Map([['f', file]])).ok));
    }).timeout(20_000);
  }

  it('applies 15,000 exact hunks and a line of 10 MB in time', () => {
    const file = lines(15_000, (at) => `l${at}`);
    const patch = names + lines(15_000, (at) => `@@ -${at + 1} +${at + 1} @@\n-l${at}\n+m${at}`);
    within(() => assert.ok(applyReply(patch, new Map([['f', file]])).ok));
    const long = 'a'.repeat(10_000_000);
    within(() => assert.ok(applyReply(`${names}@@ -1 +1 @@\n-${long}\n+b\n`, new Map([['f', `${long}\n`]])).ok));
  }).timeout(20_000);

  it('takes time in proportion to the size of a file', () => {
    const time = (count: number): number => {
      const file = lines(count, (at) => `line ${(at * 7919) % 100_003}`);
      const patch = `${names}@@\n line ${(7919 * 5) % 100_003}\n+new\n line ${(7919 * 6) % 100_003}\n`;
      const runs = Array.from({ length: 3 }, () => {
        return computingMs(() => assert.ok(applyReply(patch, new Map([['f', file]])).ok));
      });
      return Math.min(...runs);
    };
    time(5_000);
    assert.ok(time(80_000) < 40 * time(10_000) + 200, 'eight times the lines took more than forty times as long');
  }).timeout(20_000);

  it('formats unlike texts of 100,000 lines in time', () => {
    const before = lines(100_000, (at) => `a${(at * 7919) % 100_003}`);
    const after = lines(100_000, (at) => `a${(at * 104_729) % 100_003}`);
    within(() => {
      assert.notEqual(formatPatch([{ path: 'f', renamedFrom: null, before, after, mode: '100644' }]), '');
    });
  }).timeout(20_000);
});
