import { fail, ok, type Result } from '../domain/result.ts';

/** Characters that only a shell gives a meaning to, wherever they stand outside quotes. */
const shellOnly = new Set(['|', '&', ';', '<', '>', '(', ')', '$', '`', '*', '?', '\n']);
/** These have a meaning at the start of a word only. */
const shellOnlyAtStart = new Set(['~', '#']);

interface Word {
  text: string;
  /** What of it stood outside quotes, where assignments, brace lists and character classes count. */
  bare: string;
}

/**
 * Splits a command into a program and its arguments as a POSIX shell would: blanks separate, quotes and backslashes
 * keep. What would need a shell is not guessed at: the failure is a sentence that names `shell: true`.
 */
export function splitCommand(command: string): Result<readonly [string, ...string[]], string> {
  const words: Word[] = [];
  let word: Word | null = null;
  for (let at = 0; at < command.length; ) {
    const character = command[at] as string;
    if (character === ' ' || character === '\t') {
      if (word) words.push(word);
      word = null;
      at += 1;
      continue;
    }
    word ??= { text: '', bare: '' };
    if (shellOnly.has(character) || (word.text === '' && word.bare === '' && shellOnlyAtStart.has(character))) {
      return needsShell(`contains ${character === '\n' ? 'a line break' : `\`${character}\``} outside quotes`);
    }
    const piece = readPiece(command, at);
    if (!piece.ok) return piece;
    word.text += piece.value.text;
    if (piece.value.bare) word.bare += piece.value.text;
    at = piece.value.end;
  }
  if (word) words.push(word);
  const problem = words.map(problemOf).find((found) => found !== null) ?? assignmentIn(words[0]);
  if (problem) return needsShell(problem);
  const [program, ...rest] = words.map((each) => each.text);
  if (!program) return fail('The command is empty.');
  return ok([program, ...rest]);
}

interface Piece {
  readonly text: string;
  readonly end: number;
  readonly bare: boolean;
}

/** One character, one escaped character, or one quoted part. */
function readPiece(command: string, at: number): Result<Piece, string> {
  const character = command[at] as string;
  if (character === '\\') {
    const next = command[at + 1];
    if (next === undefined) return fail('The command ends in a lone backslash.');
    return ok({ text: next, end: at + 2, bare: false });
  }
  if (character === "'") {
    const close = command.indexOf("'", at + 1);
    if (close < 0) return fail('The command has an opening single quote without a closing one.');
    return ok({ text: command.slice(at + 1, close), end: close + 1, bare: false });
  }
  if (character === '"') return readDoubleQuoted(command, at + 1);
  return ok({ text: character, end: at + 1, bare: true });
}

function readDoubleQuoted(command: string, start: number): Result<Piece, string> {
  let text = '';
  for (let at = start; at < command.length; at += 1) {
    const character = command[at] as string;
    if (character === '"') return ok({ text, end: at + 1, bare: false });
    if (character === '$' || character === '`') return needsShell(`contains \`${character}\` within double quotes`);
    const next = command[at + 1];
    if (character === '\\' && next !== undefined && '"\\$`'.includes(next)) {
      text += next;
      at += 1;
    } else text += character;
  }
  return fail('The command has an opening double quote without a closing one.');
}

function problemOf(word: Word): string | null {
  if (/\[[^\]]+\]/.test(word.bare)) return 'contains a `[…]` pattern outside quotes';
  if (/\{[^{}]*(?:,|\.\.)[^{}]*\}/.test(word.bare)) return 'contains a `{…}` list outside quotes';
  return null;
}

function assignmentIn(first: Word | undefined): string | null {
  if (!first || !/^[A-Za-z_][A-Za-z0-9_]*=/.test(first.bare)) return null;
  return 'starts with the assignment of a variable';
}

function needsShell(problem: string): { readonly ok: false; readonly fault: string } {
  return fail(
    `The command ${problem}, which only a shell understands. Set \`shell: true\` on this step to run it through the shell, or quote it if it is meant literally.`,
  );
}
