import { localize } from '../../contract/words.ts';
import type { Handler } from '../app.ts';
import type { HunkDecision } from '../review/drafts.ts';
import { proposalEditor, proposedIn } from '../review/hunks.ts';
import { nextHunkFrom } from '../review/next-hunk.ts';
import type { ProposalFile } from '../review/proposal-uri.ts';

/** Decides the hunk that is named or stands at the cursor; by the keyboard it goes on to the next. */
const deciding =
  (decision: HunkDecision | null): Handler =>
  async (app, argument) => {
    const target = await app.hunks.target(argument);
    if (!target) {
      app.status.tell(localize('No hunk of a change stands here'), 'info');
      return;
    }
    await app.hunks.decide(target, decision);
    app.status.tell(
      decidedWords(decision, target.hunk.ordinal, target.change.total),
      decision === 'rejected' ? 'close' : 'check',
    );
    if (argument === undefined && decision !== null) await nextHunkFrom(target);
  };

function decidedWords(decision: HunkDecision | null, ordinal: number, total: number): string {
  if (decision === null) return localize('Hunk {0} of {1} undecided', ordinal, total);
  return decision === 'accepted'
    ? localize('Hunk {0} of {1} accepted', ordinal, total)
    : localize('Hunk {0} of {1} rejected', ordinal, total);
}

export const acceptHunk = deciding('accepted');
export const rejectHunk = deciding('rejected');
export const clearHunk = deciding(null);

/** A file of the Review view. */
function fileIn(argument: unknown): ProposalFile | null {
  if (typeof argument !== 'object' || argument === null || !('kind' in argument)) return null;
  return argument.kind === 'file' ? (argument as ProposalFile & { readonly kind: 'file' }) : null;
}

const decidingFile =
  (decision: HunkDecision): Handler =>
  async (app, argument) => {
    const editor = proposalEditor();
    const file = fileIn(argument) ?? (editor && proposedIn(editor.document.uri));
    const change = file && (await app.hunks.change(file, file.commit));
    if (!file || !change) return;
    await app.hunks.decideFile(change, file.path, decision);
    if (decision === 'rejected') app.status.tell(localize('All hunks of {0} rejected', file.path), 'close');
    else app.status.tell(localize('All hunks of {0} accepted', file.path), 'check');
  };

export const acceptFile = decidingFile('accepted');
export const rejectFile = decidingFile('rejected');
