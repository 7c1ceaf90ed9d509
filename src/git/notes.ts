import type { Context } from './context.ts';
import { runGit } from './exec.ts';

/** Where notes of landed commits stand: `git log --notes=countersign` shows them. */
const notesRef = 'refs/notes/countersign';

const who = { NAME: 'Countersign', EMAIL: 'countersign@localhost' };
const identity = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((role) =>
    Object.entries(who).map(([part, value]) => [`GIT_${role}_${part}`, value] as const),
  ),
);

/** Writes the note of a commit, in place of an earlier one. The commit itself and the user's own notes stay as they are. */
export async function writeNote(context: Context, commit: string, text: string): Promise<void> {
  const words = ['notes', `--ref=${notesRef}`, 'add', '--force', '--file=-', commit];
  await runGit(context.git, words, {
    input: `${text.replaceAll('\0', '').trim()}\n`,
    environment: identity,
    seconds: 60,
  });
}
