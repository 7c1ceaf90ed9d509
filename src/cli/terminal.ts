/** Where a command's words go. With `json` standard output carries JSON only, one value a line. */
export interface Terminal {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Result of a command, for a person. Nothing with `json`. */
  print(line?: string): void;
  /** Progress, for a person. Nothing with `json` or `quiet`. */
  progress(line: string): void;
  /** What a person must know; goes to standard error. */
  warn(line: string): void;
  /** One JSON value on a line of its own; nothing without `json`. */
  emit(value: unknown): void;
  /** A line that the next one takes the place of, where a person watches; null takes it away. */
  transient(line: string | null): void;
}

export interface Streams {
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly err: { write(text: string): unknown };
}

export function createTerminal(
  flags: { readonly json: boolean; readonly quiet: boolean; readonly verbose: boolean },
  { out, err }: Streams,
): Terminal {
  const watched = out.isTTY === true && !flags.json && !flags.quiet;
  let shown = false;
  const transient = (line: string | null) => {
    if (!watched || (line === null && !shown)) return;
    out.write(`\r\u001b[2K${printable(line ?? '')}`);
    shown = line !== null;
  };
  return {
    ...flags,
    transient,
    print(line = '') {
      transient(null);
      if (!flags.json) out.write(`${printable(line)}\n`);
    },
    progress(line) {
      transient(null);
      if (!flags.json && !flags.quiet) out.write(`${printable(line)}\n`);
    },
    warn(line) {
      transient(null);
      err.write(`${printable(line)}\n`);
    },
    emit(value) {
      if (flags.json) out.write(`${JSON.stringify(value)}\n`);
    },
  };
}

/** Text of models and repositories is shown, never obeyed: control characters cannot move the cursor or hide a line. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    char === '\n' || char === '\t' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
