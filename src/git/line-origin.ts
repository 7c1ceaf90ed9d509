import type { Context } from './context.ts';
import { gitText, runGit } from './exec.ts';

/** The commit that a line comes from, with the trailers that a landing left in its message; null where it has none. */
export interface LineOrigin {
  /** Null for a line that is not committed. */
  readonly commit: string | null;
  readonly runId: string | null;
  readonly phaseId: string | null;
}

const unknown: LineOrigin = { commit: null, runId: null, phaseId: null };

/**
 * Where a line of a file comes from, by blame.
 *
 * @param path relative to the root, with `/`
 * @param line from 1, in `text`
 * @param text the file as it stands in the editor, saved or not
 */
export async function lineOrigin(context: Context, path: string, line: number, text: string): Promise<LineOrigin> {
  const words = ['blame', '--porcelain', `-L${line},${line}`, '--contents', '-', '--', path];
  // 128: no such file in HEAD, or a line past its end; neither has an origin.
  const blame = await runGit(context.git, words, { input: text, accept: [128], outputLimit: 1_048_576, seconds: 60 });
  const commit = /^([0-9a-f]{40,64}) \d+ \d+/.exec(blame.output.toString('utf8'))?.[1];
  if (blame.exitCode !== 0 || commit === undefined || /^0+$/.test(commit)) return unknown;
  const trailer = (name: string) => `%(trailers:key=Countersign-${name},valueonly,separator=%x2C)`;
  const format = `--format=${trailer('Run')}%x00${trailer('Phase')}`;
  const [run = '', phase = ''] = (await gitText(context.git, ['show', '--no-patch', format, commit, '--'])).split('\0');
  return { commit, runId: oneName(run), phaseId: oneName(phase) };
}

/** A message may say anything: only one plain name is taken. */
function oneName(text: string): string | null {
  const name = text.trim();
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(name) ? name : null;
}
