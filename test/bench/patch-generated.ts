import { formatPatch } from '../../src/patch/format-patch.ts';
import type { Case } from './patch-cases.ts';

/** A small generator of numbers in [0, 1), the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Damage = readonly [kind: string, expect: Case['expect'], damage: (patch: string, random: () => number) => string];

const body = (patch: string, change: (line: string) => string): string =>
  patch
    .split('\n')
    .map((line) => (/^[-+ ](?!--|\+\+)/.test(line) ? change(line) : line))
    .join('\n');

const damages: readonly Damage[] = [
  ['clean', 'apply', (patch) => patch],
  ['no_numbers', 'apply', (patch) => patch.replace(/^@@ .*$/gm, '@@')],
  [
    'wrong_start',
    'apply',
    (patch, random) =>
      patch.replace(/^@@ -(\d+)/gm, (_, start) => `@@ -${Number(start) + 1 + Math.floor(random() * 30)}`),
  ],
  ['wrong_count', 'apply', (patch) => patch.replace(/^(@@ -\d+,)\d+( \+\d+,)\d+/gm, '$12$22')],
  ['no_prefix', 'apply', (patch) => patch.replace(/^(---|\+\+\+) [ab]\//gm, '$1 ')],
  ['crlf', 'apply', (patch) => patch.replaceAll('\n', '\r\n')],
  ['fence', 'apply', (patch) => `I changed it:\n\n\`\`\`diff\n${patch}\`\`\`\n\nDone.\n`],
  ['unsigned_context', 'apply', (patch) => `\`\`\`diff\n${patch.replace(/^ (?=.)/gm, '')}\`\`\`\n`],
  ['indented', 'apply', (patch) => body(patch, (line) => `${line[0]}  ${line.slice(1)}`)],
  ['hunk_twice', 'apply', (patch) => patch + patch.slice(patch.indexOf('@@'))],
  [
    'cut_off',
    'refuse',
    (patch, random) => `\`\`\`diff\n${patch.slice(0, Math.floor(patch.length * (0.4 + random() * 0.5)))}`,
  ],
  ['rewritten_removal', 'refuse', (patch) => patch.replace(/^-(?!--)(.*)$/m, '-$1 // was other')],
  ['outside', 'refuse', (patch) => patch.replaceAll('src/module.ts', '../module.ts')],
];

/** Cases made from a seed: one file of unlike lines, one replaced and one inserted line, one damage each. */
export function generateCases(count: number, seed: number): Case[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, index) => {
    const length = 30 + Math.floor(random() * 200);
    const lines = Array.from(
      { length },
      (_unused, at) =>
        `${' '.repeat(2 * Math.floor(random() * 3))}const value${at} = compute(${Math.floor(random() * 1e6)});`,
    );
    const after = [...lines];
    const at = 5 + Math.floor(random() * (length - 10));
    after[at] = `${/^ */.exec(lines[at] ?? '')?.[0] ?? ''}const changed${index} = other();`;
    after.splice(at + 2, 0, `${/^ */.exec(lines[at + 1] ?? '')?.[0] ?? ''}const added${index} = more();`);
    const path = 'src/module.ts';
    const [before, wanted] = [`${lines.join('\n')}\n`, `${after.join('\n')}\n`];
    const [kind, expect, damage] = damages[index % damages.length]!;
    const patch = damage(formatPatch([{ path, renamedFrom: null, before, after: wanted, mode: '100644' }]), random);
    return {
      id: `${kind}-${index}`,
      kind,
      expect,
      files: { [path]: before },
      patch,
      wanted: [{ [path]: wanted }],
      symlinks: undefined,
    };
  });
}
