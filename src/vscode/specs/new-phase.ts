import path from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { EngineError } from '../../domain/engine-error.ts';
import { nameSchema, type PhaseSpec, phaseSpecSchema } from '../../domain/spec.ts';
import type { App, Handler } from '../app.ts';
import { askTexts, type TextQuestion } from './ask-text.ts';
import { draftAt, idFrom, type Occasion } from './phase-draft.ts';

/** What a code action gives this command. */
export interface Wish {
  readonly uri: Uri;
  /** 0-based. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Words to begin with; empty where there are none. */
  readonly goal: string;
}

const title = l10n.t('New Phase');

const askGoal = (value: string, about: string): TextQuestion => ({
  title,
  prompt: l10n.t('What should change{0}? In plain words.', about),
  placeholder: l10n.t('Answer 429 with Retry-After where a client asks too often'),
  value,
  problemOf: (text) => (text.trim() === '' ? l10n.t('A phase needs a goal.') : null),
});

const askId = (goal: string): TextQuestion => ({
  title,
  prompt: l10n.t('Name of the phase, and of its file.'),
  value: idFrom(goal),
  problemOf: (text) => nameSchema.safeParse(text).error?.issues[0]?.message ?? null,
});

const askCriterion: TextQuestion = {
  title,
  prompt: l10n.t('How can one tell that it worked? Leave it empty to write this later.'),
  value: '',
  problemOf: () => null,
};

const askCheck: TextQuestion = {
  title,
  prompt: l10n.t('A command that must pass, such as npm test. Leave it empty for none.'),
  value: '',
  problemOf: () => null,
};

/** Asks for a goal, a name, a criterion and a check, writes the spec and opens it. A text that is given is the goal to begin with. */
export const newPhase: Handler = async (app, argument) => {
  const root = rootOf(app);
  const answers = await askTexts([
    () => askGoal(typeof argument === 'string' ? argument : '', ''),
    ([goal = '']) => askId(goal),
    () => askCriterion,
    () => askCheck,
  ]);
  if (!answers) return;
  const [goal = '', id, criterion = '', check = ''] = answers;
  const phase = phaseSpecSchema.parse({
    id,
    goal: goal.trim(),
    acceptance: criterion.trim() === '' ? [] : [criterion.trim()],
    verify: check.trim() === '' ? [] : [{ run: check.trim() }],
  });
  await writeAndOpen(root, phase);
};

/** Asks what should change where the selection is, or at the place that a code action names. */
export const newPhaseFromSelection: Handler = async (app, argument) => {
  const wish = wishIn(argument) ?? selected();
  if (!wish) {
    const problem = l10n.t('Nothing is selected in a file of this folder.');
    throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
  }
  const root = rootOf(app, wish.uri);
  const occasion = occasionOf(wish, root);
  const answers = await askTexts([() => askGoal(wish.goal, l10n.t(' in {0}', occasion.file))]);
  if (answers) await writeAndOpen(root, draftAt(answers[0] ?? '', occasion));
};

function wishIn(argument: unknown): Wish | null {
  if (typeof argument !== 'object' || argument === null || !('uri' in argument) || !('goal' in argument)) return null;
  const { uri, firstLine, lastLine, goal } = argument as Wish;
  const valid = uri instanceof Uri && Number.isInteger(firstLine) && Number.isInteger(lastLine);
  return valid && typeof goal === 'string' ? { uri, firstLine, lastLine, goal } : null;
}

function selected(): Wish | null {
  const editor = window.activeTextEditor;
  if (!editor || editor.selection.isEmpty || editor.document.uri.scheme !== 'file') return null;
  const { start, end } = editor.selection;
  // A selection of whole lines ends at the beginning of the next.
  const lastLine = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return { uri: editor.document.uri, firstLine: start.line, lastLine, goal: '' };
}

/** The folder that a file is in; without a file, the one that is worked on. */
function rootOf({ session }: App, uri?: Uri): string {
  const folder = uri ? workspace.getWorkspaceFolder(uri) : session.folder;
  if (folder?.uri.scheme === 'file') return folder.uri.fsPath;
  throw new EngineError({ code: 'repository/none', directory: uri?.fsPath ?? l10n.t('This window') });
}

function occasionOf({ uri, firstLine, lastLine }: Wish, root: string): Occasion {
  const file = path.relative(root, uri.fsPath).split(path.sep).join('/');
  return { file, firstLine: firstLine + 1, lastLine: lastLine + 1 };
}

async function writeAndOpen(root: string, phase: PhaseSpec): Promise<void> {
  const { writePhase } = await import('../../compose/write-spec.ts');
  const file = await writePhase(root, phase);
  await window.showTextDocument(await workspace.openTextDocument(Uri.file(file)));
}
