import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyReply } from '../../../src/patch/batch.ts';
import { formatPatch } from '../../../src/patch/format-patch.ts';
import { applyWithGit } from './git-apply.ts';

const path = 'src/file.txt';

/** Lines that occur in files, and lines that look like parts of a patch or of a reply. */
const anyLine = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 12, unit: 'grapheme-ascii' }) },
  { weight: 3, arbitrary: fc.constantFrom('', '}', '  return;', '\tif (x) {', 'a', 'b', '\f', '\u2028', 'x\ry') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '--- a/src/file.txt',
      '+++ b/src/file.txt',
      '@@ -1 +1 @@',
      '```',
      '*** End Patch',
      '...',
      '-- x',
      '++ y',
      '=======',
      '\\ No newline at end of file',
    ),
  },
);
const lineEnd = fc.constantFrom('\n', '\r\n');

/** Texts with one kind of line end, and with or without a last one. */
const textWith = (end: string) =>
  fc
    .tuple(fc.array(anyLine, { maxLength: 30 }), fc.boolean())
    .map(([lines, last]) => lines.map((line, at) => line + (at < lines.length - 1 || last ? end : '')).join(''))
    .filter((each) => !each.includes('\u0000') && !each.startsWith('\ufeff'));
const text = lineEnd.chain(textWith);
const twoTexts = lineEnd.chain((end) => fc.tuple(textWith(end), textWith(end)));

/** A file and what some replaced, added and removed lines make of it. */
const edited = fc
  .tuple(
    fc.array(
      fc.oneof(
        anyLine,
        fc.nat(999).map((number) => `line ${number}`),
      ),
      { minLength: 8, maxLength: 60 },
    ),
    fc.array(fc.tuple(fc.nat(59), fc.constantFrom('replace', 'insert', 'remove'), fc.nat(9_999)), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([lines, edits]) => {
    const after = [...lines];
    for (const [place, kind, number] of edits) {
      const at = place % after.length;
      if (kind === 'remove') after.splice(at, 1);
      else after.splice(at, kind === 'replace' ? 1 : 0, `changed ${number}`);
      if (after.length === 0) after.push('left');
    }
    return { before: `${lines.join('\n')}\n`, after: `${after.join('\n')}\n` };
  })
  .filter(({ before, after }) => before !== after);

function patchOf(before: string | null, after: string | null): string {
  return formatPatch([{ path, renamedFrom: null, before, after, mode: '100644' }]);
}

/** What becomes of a file; null where the patch is refused. */
function apply(before: string | null, reply: string): string | null {
  const applied = applyReply(reply, new Map(before === null ? [] : [[path, before]]));
  if (!applied.ok) return null;
  return applied.value.patch.files.find((file) => file.path === path)?.after ?? '';
}

describe('Patch properties', () => {
  it('gives b when the diff of a and b is applied to a', () => {
    fc.assert(
      fc.property(twoTexts, ([before, after]) => {
        fc.pre(before !== after);
        const applied = applyReply(patchOf(before, after), new Map([[path, before]]));
        if (!applied.ok) {
          assert.equal(applied.fault.code, 'patch/does-not-apply');
          // Doubts in which refusing is right, whatever the text was meant as; a text of nothing but escapes is one.
          assert.match(JSON.stringify(applied.fault), /stand there already|needed|doubled|escaped, as it seems/);
          return;
        }
        assert.equal(applied.value.patch.files[0]?.after, after);
      }),
      { numRuns: 1_500 },
    );
  });

  it('changes the line ends of a file when that is what a patch does', () => {
    fc.assert(
      fc.property(textWith('\n'), (before) => {
        const after = before.replaceAll('\n', '\r\n');
        fc.pre(before !== after && !/\r|\.\.\./.test(before));
        assert.equal(apply(before, patchOf(before, after)), after);
        assert.equal(apply(after, patchOf(after, before)), before);
      }),
      { numRuns: 300 },
    );
  });

  it('creates and deletes files with any content', () => {
    fc.assert(
      fc.property(text, (content) => {
        fc.pre(content !== '' && !/\.\.\.|^\+/m.test(content));
        assert.equal(apply(null, patchOf(null, content)), content);
        assert.equal(apply(content, patchOf(content, null)), '');
      }),
      { numRuns: 400 },
    );
  });

  it('is taken by git, which gives the same file', () => {
    fc.assert(
      fc.property(twoTexts, ([before, after]) => {
        fc.pre(before !== after);
        assert.equal(applyWithGit(new Map([[path, before]]), patchOf(before, after)).get(path), after);
      }),
      { numRuns: 60 },
    );
  });

  it('reports a patch that is applied a second time, or changes nothing', () => {
    fc.assert(
      fc.property(edited, ({ before, after }) => {
        const again = apply(after, patchOf(before, after));
        if (again === null) return;
        // What was inserted may fit once more only where its own lines make the same context again.
        assert.ok(repeatsItself(before, after), JSON.stringify({ before, after, again }));
      }),
      { numRuns: 600 },
    );
  });

  const damages: Record<string, (patch: string, random: number) => string> = {
    'numbers that are wrong': (patch, random) =>
      patch.replace(
        /^@@ -(\d+)(\S*) \+(\d+)(\S*) @@/gm,
        (_, old, oldCount, now, newCount) => `@@ -${Number(old) + (random % 40)}${oldCount} +${now}${newCount} @@`,
      ),
    'no numbers': (patch) => patch.replace(/^@@ .*$/gm, '@@'),
    'wrong counts': (patch, random) => patch.replace(/^(@@ -\d+),\d+/gm, `$1,${random % 9}`),
    'no prefixes': (patch) => patch.replace(/^(---|\+\+\+) [ab]\//gm, '$1 '),
    'CR LF': (patch) => patch.replaceAll('\n', '\r\n'),
    'a fence and prose': (patch) => `I changed it:\n\n\`\`\`diff\n${patch}\`\`\`\n\nDone.\n`,
    'context without its sign': (patch) => patch.replace(/^ (?=.)/gm, ''),
    'blanks at line ends': (patch, random) => patch.replace(/^( .*)$/gm, `$1${' '.repeat(random % 3)}`),
    'one context line less': (patch, random) => without(patch, random, /^ /),
    'one context line twice': (patch, random) => twice(patch, random, /^ /),
    'the hunks twice': (patch) => patch + patch.slice(patch.indexOf('@@')),
  };
  for (const [name, damage] of Object.entries(damages)) {
    it(`gives b or refuses, never a third text: ${name}`, () => {
      fc.assert(
        fc.property(distinct, fc.nat(1_000), ({ before, after }, random) => {
          const result = apply(before, damage(patchOf(before, after), random));
          assert.ok(result === null || result === after, JSON.stringify({ before, after, result }));
        }),
        { numRuns: 250 },
      );
    });
  }

  it('applies most patches that are only damaged in their headers', () => {
    const harmless = ['numbers that are wrong', 'no numbers', 'no prefixes', 'CR LF', 'a fence and prose'];
    let applied = 0;
    let tried = 0;
    fc.assert(
      fc.property(distinct, fc.constantFrom(...harmless), fc.nat(1_000), ({ before, after }, name, random) => {
        tried += 1;
        if (apply(before, damages[name]!(patchOf(before, after), random)) === after) applied += 1;
      }),
      { numRuns: 400 },
    );
    assert.ok(applied > tried * 0.95, `${applied} of ${tried}`);
  });
});

/** Files whose lines all differ, so that a damaged patch is still unambiguous. */
const distinct = fc
  .tuple(
    fc.integer({ min: 6, max: 60 }),
    fc.array(fc.tuple(fc.nat(59), fc.constantFrom('replace', 'insert', 'remove')), { minLength: 1, maxLength: 3 }),
  )
  .map(([count, edits]) => {
    const lines = Array.from({ length: count }, (_, at) => `value${at} = compute_${at * 37}(${at});`);
    const after = [...lines];
    edits.forEach(([place, kind], index) => {
      const at = place % after.length;
      if (kind === 'remove') after.splice(at, 1);
      else
        after.splice(at, kind === 'replace' ? 1 : 0, `fresh_${index} = other(${place}, '${'xyz'.repeat(index + 1)}');`);
      if (after.length === 0) after.push('left = 1;');
    });
    return { before: `${lines.join('\n')}\n`, after: `${after.join('\n')}\n` };
  })
  .filter(({ before, after }) => before !== after);

function linesLike(patch: string, like: RegExp): { lines: string[]; places: number[] } {
  const lines = patch.split('\n');
  return { lines, places: lines.flatMap((line, at) => (like.test(line) ? [at] : [])) };
}

function without(patch: string, random: number, like: RegExp): string {
  const { lines, places } = linesLike(patch, like);
  const at = places[random % Math.max(1, places.length)];
  return lines.filter((_, index) => index !== at).join('\n');
}

function twice(patch: string, random: number, like: RegExp): string {
  const { lines, places } = linesLike(patch, like);
  const at = places[random % Math.max(1, places.length)];
  return lines.flatMap((line, index) => (index === at ? [line, line] : [line])).join('\n');
}

/** Whether what was added or removed stands beside lines equal to it. */
function repeatsItself(before: string, after: string): boolean {
  const old = before.split('\n');
  const now = after.split('\n');
  return new Set(old).size < old.length || new Set(now).size < now.length;
}

describe('A context line that a hunk left out', () => {
  it('before a removed line makes the place of what is added there uncertain', () => {
    const before = Array.from({ length: 8 }, (_, at) => `value${at} = compute_${at * 37}(${at});`);
    const hunk = [
      ...before.slice(1, 4).map((line) => ` ${line}`),
      '+fresh_1 = other(13);',
      ` ${before[4]}`,
      '+fresh_0 = other(53);',
      `-${before[6]}`,
      '+fresh_2 = other(38);',
      ` ${before[7]}`,
    ];
    const reply = `--- a/${path}\n+++ b/${path}\n@@\n${hunk.join('\n')}\n`;
    assert.equal(apply(`${before.join('\n')}\n`, reply), null);
  });
});
