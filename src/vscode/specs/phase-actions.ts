import {
  CodeAction,
  CodeActionKind,
  type CodeActionProvider,
  type Diagnostic,
  type Disposable,
  l10n,
  languages,
  type Range,
  type TextDocument,
  workspace,
} from 'vscode';
import type { CommandId } from '../../manifest/commands.ts';
import { fileKindOf } from '../../manifest/file-kinds.ts';
import type { Wish } from './new-phase.ts';
import { wishOf } from './phase-draft.ts';

const kinds = [CodeActionKind.QuickFix, CodeActionKind.Refactor];
const mostCharacters = 300;

/** "Create phase from …" for what is selected, for a problem, and for a TODO. They ask, and write a spec; no more. */
export function registerPhaseActions(): Disposable {
  const provider: CodeActionProvider = { provideCodeActions: actionsAt };
  return languages.registerCodeActionsProvider({ scheme: 'file' }, provider, { providedCodeActionKinds: kinds });
}

function actionsAt(
  document: TextDocument,
  range: Range,
  { diagnostics }: { readonly diagnostics: readonly Diagnostic[] },
): CodeAction[] {
  if (!workspace.getWorkspaceFolder(document.uri) || fileKindOf(document.uri.path) !== null) return [];
  const at = (place: Range, goal: string): Wish => ({
    uri: document.uri,
    firstLine: place.start.line,
    lastLine: place.end.line,
    goal,
  });
  const actions = diagnostics.map((diagnostic) => {
    const wish = at(diagnostic.range, `Fix: ${diagnostic.message.replace(/\s+/g, ' ').slice(0, mostCharacters)}`);
    const action = actionFor(l10n.t('Create phase from this problem'), CodeActionKind.QuickFix, wish);
    action.diagnostics = [diagnostic];
    return action;
  });
  const { text, range: whole } = document.lineAt(range.start.line);
  const wish = wishOf(text);
  if (wish !== null)
    actions.push(
      actionFor(l10n.t('Create phase from TODO'), CodeActionKind.Refactor, at(whole, wish.slice(0, mostCharacters))),
    );
  if (!range.isEmpty)
    actions.push(actionFor(l10n.t('Create phase from selection'), CodeActionKind.Refactor, at(range, '')));
  return actions;
}

function actionFor(title: string, kind: CodeActionKind, wish: Wish): CodeAction {
  const action = new CodeAction(title, kind);
  action.command = { title, command: 'countersign.newPhaseFromSelection' satisfies CommandId, arguments: [wish] };
  return action;
}
