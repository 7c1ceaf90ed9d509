import { commands, l10n, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from 'vscode';
import { acceptedLessons, acceptLesson, rejectLesson } from '../../compose/lessons-file.ts';
import { counted, readerLanguage } from '../../contract/words.ts';
import { type LessonOffer, lessonsPath, ruleOf } from '../../domain/lessons.ts';
import type { CommandId } from '../../manifest/commands.ts';
import type { App, Handler } from '../app.ts';
import { askTexts } from '../specs/ask-text.ts';

interface LessonItem extends QuickPickItem {
  /** Null opens the file of those that were accepted. */
  readonly offer: LessonOffer | null;
}

interface ActionItem extends QuickPickItem {
  readonly act: (app: App, offer: LessonOffer) => Promise<void>;
}

/** What went wrong in several runs: each can become a rule for the next ones, in the person's own words, or be dismissed. */
export const showLessons: Handler = async (app) => {
  const { offers, accepted, root } = await app.session.use(async ({ reader, repository }) => ({
    offers: await reader.lessonOffers(),
    accepted: await acceptedLessons(repository.root),
    root: repository.root,
  }));
  if (offers.length + accepted.length === 0) {
    app.status.tell(l10n.t('No lessons yet: what goes wrong in two runs or more is offered here'), 'lightbulb');
    return;
  }
  const chosen = await window.showQuickPick(itemsOf(offers, accepted.length), {
    title: l10n.t('Lessons'),
    placeHolder: l10n.t('Choose what the next runs should learn from'),
    matchOnDetail: true,
  });
  if (!chosen) return;
  if (chosen.offer) await decide(app, chosen.offer);
  else await openRules(Uri.joinPath(Uri.file(root), lessonsPath));
};

function itemsOf(offers: readonly LessonOffer[], accepted: number): readonly LessonItem[] {
  const offered = offers.map((offer): LessonItem => ({ label: offer.rule, detail: evidenceOf(offer), offer }));
  if (accepted === 0) return offered;
  const label = l10n.t('$(go-to-file) Open {0}', lessonsPath);
  const description = counted(accepted, '{0} rule', '{0} rules');
  const line: LessonItem = { label: l10n.t('Accepted'), kind: QuickPickItemKind.Separator, offer: null };
  return [...offered, line, { label, description, offer: null }];
}

function evidenceOf({ source, runs, lastAt }: LessonOffer): string {
  const last = new Date(lastAt).toLocaleString(readerLanguage());
  return source === 'finding'
    ? l10n.t('Found by reviews in {0} runs, last in one of {1}', runs, last)
    : l10n.t('Failed in {0} runs, last at {1}', runs, last);
}

async function decide(app: App, offer: LessonOffer): Promise<void> {
  const chosen = await window.showQuickPick(actions(), { title: offer.rule, placeHolder: evidenceOf(offer) });
  await chosen?.act(app, offer);
}

function actions(): readonly ActionItem[] {
  return [
    {
      label: l10n.t('$(check) Accept as a rule'),
      detail: l10n.t('Adds it to {0}. Once that is committed, the model that writes changes is shown it.', lessonsPath),
      act: (app, offer) => accept(app, offer, offer.rule),
    },
    {
      label: l10n.t('$(edit) Edit, then accept…'),
      async act(app, offer) {
        const [rule] = (await askTexts([() => askRule(offer)])) ?? [];
        if (rule !== undefined) await accept(app, offer, rule);
      },
    },
    {
      label: l10n.t('$(history) Show where it was met last'),
      async act(_, { last }) {
        await commands.executeCommand('countersign.showTrajectory' satisfies CommandId, last);
      },
    },
    {
      label: l10n.t('$(circle-slash) Dismiss'),
      detail: l10n.t('It is not offered again.'),
      async act({ session, status }, offer) {
        await session.use((opened) => rejectLesson(opened, offer));
        status.tell(l10n.t('Lesson dismissed'), 'circle-slash');
      },
    },
  ];
}

const askRule = ({ rule }: LessonOffer) => ({
  title: l10n.t('Accept Lesson'),
  prompt: l10n.t('The rule, as the model is to be told it.'),
  value: rule,
  problemOf: (text: string) => (ruleOf(text) === '' ? l10n.t('A rule needs words.') : null),
});

/** What is typed in the file and not saved yet comes before the rule. */
async function accept({ session, status }: App, offer: LessonOffer, rule: string): Promise<void> {
  const open = workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.path.endsWith(`/${lessonsPath}`));
  await open?.save();
  const file = await session.use((opened) => acceptLesson(opened, offer, rule));
  await openRules(Uri.file(file));
  status.tell(l10n.t('Lesson accepted: commit {0}', lessonsPath), 'lightbulb');
}

async function openRules(file: Uri): Promise<void> {
  await window.showTextDocument(file, { preview: false });
}
