import { l10n, window, workspace } from 'vscode';
import type { Finding } from '../../domain/audit.ts';

/** What a person may say of a finding they set aside. A word is kept with it, so that whoever meets it later knows why. */
const reasons = [
  { label: l10n.t('Wrong'), description: l10n.t('What it says is not so'), reason: 'wrong' },
  { label: l10n.t('Not worth it'), description: l10n.t('True, but not worth a change'), reason: 'not worth it' },
  { label: l10n.t('Known'), description: l10n.t('It is dealt with elsewhere'), reason: 'known' },
  { label: l10n.t('Other…'), description: l10n.t('Say why'), reason: null },
];

/** The reason for a dismissal; null where the user went away. */
export async function askReason({ claim }: Finding): Promise<string | null> {
  const title = l10n.t('Dismiss finding');
  const chosen = await window.showQuickPick(reasons, { title, placeHolder: claim });
  if (!chosen) return null;
  if (chosen.reason !== null) return chosen.reason;
  const validateInput = (text: string) => (text.trim() === '' ? l10n.t('Say why, for whoever meets it later.') : null);
  const other = await window.showInputBox({ title, prompt: l10n.t('Why does this finding not count?'), validateInput });
  return other?.trim() || null;
}

/** A phase spec, not saved yet, that has a finding mended later. */
export async function openAsPhase({
  category,
  claim,
  evidence,
  file,
  fingerprint,
  suggestion,
}: Finding): Promise<void> {
  const goal = [claim, ...(evidence === '' ? [] : [`Evidence: ${evidence}`]), ...(suggestion ? [suggestion] : [])];
  // A text in JSON is that text in YAML, whatever stands in it.
  const lines = [
    `id: ${JSON.stringify(`mend-${fingerprint.slice(0, 12)}`)}`,
    `title: ${JSON.stringify(`Mend: ${claim.split('\n', 1)[0]}`.slice(0, 100))}`,
    `goal: ${JSON.stringify(goal.join('\n'))}`,
    ...(category === 'security' ? ['risk: high'] : []),
    ...(file === null ? [] : ['scope:', `  include: [${JSON.stringify(file)}]`]),
  ];
  const document = await workspace.openTextDocument({ language: 'yaml', content: `${lines.join('\n')}\n` });
  await window.showTextDocument(document);
}
