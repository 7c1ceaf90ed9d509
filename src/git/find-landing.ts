import type { Landing } from '../domain/proposal.ts';
import type { Context } from './context.ts';
import { gitText } from './exec.ts';

/** How far back a landing is looked for: it is the branch's newest work, or it was told of at the time. */
const depth = 500;

/** The commit on a branch that carries the trailers of this run and phase, or null. */
export async function findLanding(
  context: Context,
  runId: string,
  phaseId: string,
  branch: string,
): Promise<Landing | null> {
  const trailer = (name: string) => `%(trailers:key=Countersign-${name},valueonly,separator=%x2C)`;
  const format = ['%H', '%T', '%P', trailer('Run'), trailer('Phase')].join('%x00');
  const words = ['log', '-z', '--first-parent', `--max-count=${depth}`, `--format=${format}`, branch, '--'];
  const fields = (await gitText(context.git, words, { accept: [128] })).split('\0');
  for (let at = 0; at + 4 < fields.length; at += 5) {
    const [commit = '', tree = '', parents = '', run, phase] = fields.slice(at, at + 5);
    const [parent] = parents.split(' ');
    if (run === runId && phase === phaseId && parent) return { commit, parent, tree, branch };
  }
  return null;
}
