import { l10n, window } from 'vscode';
import { z } from 'zod';
import type { App, Handler } from '../app.ts';
import { measureInEditor } from '../audit/measure.ts';

/** What a keybinding or another command may name; a person is asked for it otherwise. */
const namedSchema = z.strictObject({ reviewers: z.array(z.string()).min(1), tests: z.string().default('') });
type Named = z.infer<typeof namedSchema>;

/** Measures reviewers on this repository. */
export const measureReviewers: Handler = async (app, argument) => {
  const named = namedSchema.safeParse(argument);
  const chosen = named.success ? named.data : await ask(app);
  if (!chosen) return;
  const tests = chosen.tests.trim();
  await measureInEditor(app, chosen.reviewers, tests === '' ? [] : [tests]);
};

async function ask(app: App): Promise<Named | null> {
  const { measurableReviewers } = await import('../../compose/calibrate.ts');
  const names = await app.session.use((workspace) => measurableReviewers(workspace));
  const picked = await window.showQuickPick(
    names.map((label) => ({ label, picked: true })),
    {
      title: l10n.t('Measure Reviewers (1/2)'),
      placeHolder: l10n.t('Each is asked about faults seeded into recently changed code, and about clean changes'),
      canPickMany: true,
    },
  );
  if (!picked || picked.length === 0) return null;
  const tests = await window.showInputBox({
    title: l10n.t('Measure Reviewers (2/2)'),
    prompt: l10n.t('Command that runs the tests: faults that they find are left out. Empty runs none.'),
    placeHolder: 'npm test',
  });
  return tests === undefined ? null : { reviewers: picked.map(({ label }) => label), tests };
}
