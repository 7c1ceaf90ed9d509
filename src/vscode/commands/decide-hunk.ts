import type { Handler } from '../app.ts';
import type { HunkDecision } from '../review/drafts.ts';
import { proposalEditor, proposedIn } from '../review/hunks.ts';
import { nextHunkFrom } from '../review/next-hunk.ts';

/** Decides the hunk that is named or stands at the cursor; by the keyboard it goes on to the next. */
const deciding =
  (decision: HunkDecision | null): Handler =>
  async (app, argument) => {
    const target = await app.hunks.target(argument);
    if (!target) {
      app.status.tell('No hunk of a change stands here', 'info');
      return;
    }
    await app.hunks.decide(target, decision);
    const word = decision ?? 'undecided';
    app.status.tell(
      `Hunk ${target.hunk.ordinal} of ${target.change.total} ${word}`,
      decision === 'rejected' ? 'close' : 'check',
    );
    if (argument === undefined && decision !== null) await nextHunkFrom(target);
  };

export const acceptHunk = deciding('accepted');
export const rejectHunk = deciding('rejected');
export const clearHunk = deciding(null);

const decidingFile =
  (decision: HunkDecision): Handler =>
  async (app) => {
    const editor = proposalEditor();
    const file = editor && proposedIn(editor.document.uri);
    const change = file && (await app.hunks.change(file, file.commit));
    if (!file || !change) return;
    await app.hunks.decideFile(change, file.path, decision);
    app.status.tell(`All hunks of ${file.path} ${decision}`, decision === 'rejected' ? 'close' : 'check');
  };

export const acceptFile = decidingFile('accepted');
export const rejectFile = decidingFile('rejected');
