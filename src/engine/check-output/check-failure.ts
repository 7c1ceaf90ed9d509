/** One thing that a check's output says went wrong. */
export interface CheckFailure {
  /** The test, or the file and rule: what stays equal when only values and places differ. */
  readonly name: string;
  /** What was expected, what came, and where, as the runner says it; few lines. */
  readonly detail: string;
}

/** Reads one runner's output, without colours; null where it is not that runner's. */
export type ReadFailures = (output: string) => readonly CheckFailure[] | null;

/** Frames of runners, runtimes and libraries say nothing about the change. */
const foreignFrame =
  /\(?(?:node:|internal\/|.*\/node_modules\/|\/rustc\/|.*\/(?:site|dist)-packages\/)|^\s*(?:at )?(?:async )?(?:new )?(?:Safe)?(?:Promise|Array)\b.*\(?<anonymous>\)?/;
/** `at …` as V8 writes it, and the same without `at`, as TAP has it. */
const frame = /^\s*at |^\s+(?:[\w.<>[\]]+ ){0,3}\(?(?:node:|\/|<anonymous>)\S*\)?\s*\{?$/;
const ownFrames = 3;

/** Takes foreign frames out of a stack, and all but the first few of one's own. */
export function withoutForeignFrames(text: string): string {
  let frames = 0;
  const lines = text.split('\n').filter((line) => {
    if (!frame.test(line)) return true;
    if (foreignFrame.test(line)) return false;
    frames += 1;
    return frames <= ownFrames;
  });
  return lines.join('\n');
}

/** A block's text without the indentation that all its lines have, and without empty lines around it. */
export function dedent(text: string): string {
  const lines = text.replace(/^(?:[ \t]*\n)+|\s+$/g, '').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const least = indents.reduce((smallest, indent) => Math.min(smallest, indent), 40);
  return lines.map((line) => line.slice(least)).join('\n');
}
