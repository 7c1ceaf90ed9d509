/** One line of a hunk. Numbers are 1-based; null where the line is not on that side. */
export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'context';
  readonly text: string;
  readonly oldLine: number | null;
  readonly newLine: number | null;
}

export interface DiffFile {
  /** Path in the proposed tree, or the former one of a deleted file. */
  readonly path: string;
  readonly renamedFrom: string | null;
  readonly status: 'added' | 'deleted' | 'changed';
  /** All lines of all hunks; `breaks` holds the indices where a hunk starts. */
  readonly lines: readonly DiffLine[];
  readonly breaks: readonly number[];
}

interface Building {
  path: string;
  renamedFrom: string | null;
  status: DiffFile['status'];
  lines: DiffLine[];
  breaks: number[];
}

/** Reads a canonical git patch, as git writes it with the prefixes `a/` and `b/`. Binary parts have no lines. */
export function readDiff(patch: string): readonly DiffFile[] {
  const reading = readDiffInSteps(patch);
  for (let step = reading.next(); ; step = reading.next()) if (step.done) return step.value;
}

const linesInStep = 1_000;

/** The same, in steps between which others may have their turn. */
export function* readDiffInSteps(patch: string): Generator<void, readonly DiffFile[]> {
  const files: Building[] = [];
  let file: Building | null = null;
  let [oldLine, newLine, oldLeft, newLeft] = [0, 0, 0, 0];
  for (const [index, line] of patch.split('\n').entries()) {
    if (index % linesInStep === 0) yield;
    if (file && (oldLeft > 0 || newLeft > 0)) {
      const text = line.slice(1).replace(/\r$/, '');
      if (line.startsWith('+')) file.lines.push({ kind: 'added', text, oldLine: null, newLine });
      else if (line.startsWith('-')) file.lines.push({ kind: 'removed', text, oldLine, newLine: null });
      else if (!line.startsWith('\\')) file.lines.push({ kind: 'context', text, oldLine, newLine });
      if (!line.startsWith('+') && !line.startsWith('\\')) [oldLine, oldLeft] = [oldLine + 1, oldLeft - 1];
      if (!line.startsWith('-') && !line.startsWith('\\')) [newLine, newLeft] = [newLine + 1, newLeft - 1];
      continue;
    }
    if (line.startsWith('diff --git ')) {
      file = { path: pathOfHeader(line), renamedFrom: null, status: 'changed', lines: [], breaks: [] };
      files.push(file);
      continue;
    }
    if (!file) continue;
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk) {
      [oldLine, newLine] = [Number(hunk[1]), Number(hunk[3])];
      [oldLeft, newLeft] = [Number(hunk[2] ?? 1), Number(hunk[4] ?? 1)];
      file.breaks.push(file.lines.length);
    } else readHeader(file, line);
  }
  return files;
}

function readHeader(file: Building, line: string): void {
  if (line.startsWith('new file mode ')) file.status = 'added';
  else if (line.startsWith('deleted file mode ')) file.status = 'deleted';
  else if (line.startsWith('rename from ')) file.renamedFrom = unquote(line.slice('rename from '.length));
  else if (line.startsWith('rename to ')) file.path = unquote(line.slice('rename to '.length));
  else if (line.startsWith('--- ') || line.startsWith('+++ ')) {
    const named = unquote(line.slice(4).replace(/\t$/, ''));
    if (named !== '/dev/null') file.path = named.slice(2);
  }
}

/** `diff --git a/X b/X`: both halves are the same unless a rename follows, which names both by itself. */
function pathOfHeader(line: string): string {
  const rest = line.slice('diff --git '.length);
  if (rest.startsWith('"')) return unquote(rest.slice(0, rest.indexOf('" ') + 1)).slice(2);
  return rest.slice(2, (rest.length - 1) / 2);
}

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, '"': 34, '\\': 92 };

/** Git quotes names with unusual bytes: `"a/caf\303\251"`. */
function unquote(name: string): string {
  if (!name.startsWith('"')) return name;
  const bytes: number[] = [];
  for (const part of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (part[1]) bytes.push(Number.parseInt(part[1], 8));
    else if (part[2]) bytes.push(escapes[part[2]] ?? part[2].charCodeAt(0));
    else bytes.push(...Buffer.from(part[3] as string));
  }
  return Buffer.from(bytes).toString('utf8');
}
