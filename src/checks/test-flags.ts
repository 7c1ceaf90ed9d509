import picomatch from 'picomatch';
import type { CheckFlag } from '../domain/checks.ts';
import type { DiffFile, DiffLine } from '../domain/read-diff.ts';
import { assertionStrength, declaredTest, hasTestName, skipsTests } from './test-lines.ts';

export type IsTest = (file: string) => boolean;

/** Which files are tests, by `checks.tests`. */
export function testMatcher(globs: readonly string[]): IsTest {
  return globs.length === 0 ? () => false : picomatch([...globs], { dot: true });
}

/** Lines that stand together between two unchanged ones: what replaced what. */
interface Block {
  readonly removed: readonly DiffLine[];
  readonly added: readonly DiffLine[];
  /** Where it stands in the proposed file. */
  readonly line: number | null;
}

/** Deleted tests, added skips and loosened assertions, read from the patch: each is major. */
export function testFlags(files: readonly DiffFile[], isTest: IsTest): readonly CheckFlag[] {
  const tests = files.filter(
    (file) => isTest(file.path) || isTest(file.renamedFrom ?? file.path) || hasInlineTests(file),
  );
  const moved = movedLines(tests);
  return tests.flatMap((file) => {
    const blocks = blocksOf(file);
    const lost = lostTests(blocks, moved);
    return [
      ...deletedFlags(file, lost, isTest),
      ...skippedFlags(file, moved),
      ...(file.status === 'deleted' ? [] : loosenedFlags(file, blocks, moved, new Set(lost.map((each) => each.block)))),
    ];
  });
}

/** Rust keeps its unit tests in the file they test. */
function hasInlineTests(file: DiffFile): boolean {
  return (
    file.path.endsWith('.rs') &&
    file.lines.some((line) => line.kind !== 'context' && /#\[(?:\w+::)*test|#\[ignore/.test(line.text))
  );
}

function blocksOf(file: DiffFile): readonly Block[] {
  const blocks: Block[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const close = (line: number | null) => {
    if (removed.length + added.length > 0) blocks.push({ removed, added, line: added[0]?.newLine ?? line });
    removed = [];
    added = [];
  };
  for (const [at, line] of file.lines.entries()) {
    if (file.breaks.includes(at)) close(null);
    if (line.kind === 'removed') removed.push(line);
    else if (line.kind === 'added') added.push(line);
    else close(line.newLine);
  }
  close(null);
  return blocks;
}

/** Lines that were taken out in one place and put in elsewhere, without their indentation. */
interface Moved {
  readonly removed: ReadonlySet<string>;
  readonly added: ReadonlySet<string>;
  readonly addedNames: ReadonlySet<string>;
}

function movedLines(files: readonly DiffFile[]): Moved {
  const lines = files.flatMap((file) => file.lines);
  const texts = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).map((line) => line.text.trim());
  const added = texts('added');
  const names = added.map(declaredTest).filter((name) => name);
  return { removed: new Set(texts('removed')), added: new Set(added), addedNames: new Set(names as string[]) };
}

interface LostTest {
  readonly name: string;
  readonly block: Block;
}

/** Tests that were removed and neither moved nor, in the same place, replaced by another one. */
function lostTests(blocks: readonly Block[], moved: Moved): readonly LostTest[] {
  return blocks.flatMap((block) => {
    const names = (lines: readonly DiffLine[]) =>
      lines.map((line) => declaredTest(line.text)).filter((name) => name !== null);
    const removed = names(block.removed).filter((name) => name === '' || !moved.addedNames.has(name));
    const removedNames = new Set(names(block.removed));
    const replacements = names(block.added).filter((name) => name === '' || !removedNames.has(name)).length;
    return removed.slice(replacements).map((name) => ({ name, block }));
  });
}

function deletedFlags(file: DiffFile, lost: readonly LostTest[], isTest: IsTest): readonly CheckFlag[] {
  const flag = (line: number | null, detail: string): CheckFlag => ({
    kind: 'test-deleted',
    severity: 'major',
    file: file.path,
    line,
    detail,
  });
  if (file.status === 'deleted') {
    const declared = file.lines.some((line) => declaredTest(line.text) !== null);
    if (declared ? lost.length === 0 : !hasTestName(file.path)) return [];
    return [flag(null, `The test file ${file.path} is deleted${lost.length > 0 ? ` with ${namesOf(lost)}` : ''}.`)];
  }
  const former = file.renamedFrom;
  if (former !== null && isTest(former) && !isTest(file.path)) {
    return [flag(null, `The test file ${former} is moved to ${file.path}, where no test is looked for.`)];
  }
  return lost.length === 0 ? [] : [flag(lost[0]?.block.line ?? null, `Removed: ${namesOf(lost)}.`)];
}

function namesOf(lost: readonly LostTest[]): string {
  const named = lost.filter((each) => each.name !== '').map((each) => `"${each.name}"`);
  const rest = lost.length - Math.min(named.length, 5);
  const shown = named.slice(0, 5).join(', ');
  if (rest === 0) return shown;
  const others = `${rest} ${shown ? 'more ' : ''}test${rest === 1 ? '' : 's'}`;
  return shown ? `${shown} and ${others}` : others;
}

function skippedFlags(file: DiffFile, moved: Moved): readonly CheckFlag[] {
  return file.lines
    .filter((line) => line.kind === 'added' && skipsTests(line.text) && !moved.removed.has(line.text.trim()))
    .map((line) => ({
      kind: 'test-skipped',
      severity: 'major',
      file: file.path,
      line: line.newLine,
      detail: `Tests are kept from running: ${line.text.trim().slice(0, 200)}`,
    }));
}

/** Weaker assertions in place of stronger ones, and files that end up with fewer. */
function loosenedFlags(
  file: DiffFile,
  blocks: readonly Block[],
  moved: Moved,
  withLostTests: ReadonlySet<Block>,
): readonly CheckFlag[] {
  const flags: CheckFlag[] = [];
  const flag = (line: number | null, detail: string) =>
    flags.push({ kind: 'assertion-loosened', severity: 'major', file: file.path, line, detail });
  let balance = 0;
  let firstLoss: Block | null = null;
  for (const block of blocks) {
    const removed = strengths(block.removed, moved.added);
    const added = strengths(block.added, moved.removed);
    if (!withLostTests.has(block)) balance += added.length - removed.length;
    if (added.length < removed.length && !withLostTests.has(block)) firstLoss ??= block;
    const weaker = removed.findIndex((each, at) => (added[at]?.strength ?? each.strength) < each.strength);
    if (weaker >= 0) flag(block.line, `\`${removed[weaker]?.text}\` becomes \`${added[weaker]?.text}\`.`);
  }
  if (balance < 0 && firstLoss) {
    flag(firstLoss.line, `${-balance} assertion${balance === -1 ? ' is' : 's are'} removed without another in place.`);
  }
  return flags;
}

/** The assertions among some lines, strongest first, without those that only moved. */
function strengths(lines: readonly DiffLine[], elsewhere: ReadonlySet<string>) {
  return lines
    .map((line) => ({ text: line.text.trim(), strength: assertionStrength(line.text) }))
    .filter((each): each is { text: string; strength: number } => each.strength !== null && !elsewhere.has(each.text))
    .sort((one, other) => other.strength - one.strength);
}
