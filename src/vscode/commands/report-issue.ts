import { version as editorVersion, env, window, workspace } from 'vscode';
import { faultOf } from '../../domain/engine-error.ts';
import { settings } from '../../manifest/settings.ts';
import type { App, Handler } from '../app.ts';

/**
 * Opens a text to be read, completed and sent by the user: what is installed and how it is set up, without a value, a
 * path, a name of the user's own, a prompt or a key. Nothing is sent by this.
 */
export const reportIssue: Handler = async (app) => {
  await app.overview.update();
  const text = await issueText(app);
  await window.showTextDocument(await workspace.openTextDocument({ language: 'markdown', content: text }));
};

async function issueText(app: App): Promise<string> {
  const facts: readonly (readonly [string, string])[] = [
    ['Countersign', String(app.context.extension.packageJSON.version)],
    [
      'VS Code',
      `${editorVersion}, ${env.uiKind === 1 ? 'desktop' : 'browser'}, ${env.remoteName === undefined ? 'local' : 'remote'}`,
    ],
    ['System', `${process.platform} ${process.arch}, Node ${process.versions.node}`],
    ['Folders', `${workspace.workspaceFolders?.length ?? 0}, ${workspace.isTrusted ? 'trusted' : 'not trusted'}`],
    ['State', app.overview.current.situation ?? 'unknown'],
    ['Fault', app.overview.current.fault?.code ?? 'none'],
    ['History', await historyFacts(app)],
    ['Settings changed', changedSettings()],
  ];
  return [
    '# What happened\n',
    '# What you expected\n',
    '# How to make it happen again\n',
    '# Set-up\n',
    ...facts.map(([name, value]) => `- ${name}: ${value}`),
    '',
    'This text names no file, model, key or prompt. Read it before you send it; nothing was sent.',
    '',
  ].join('\n');
}

async function historyFacts({ session }: App): Promise<string> {
  try {
    return `${await session.look(({ reader }) => reader.countRuns({}))} runs`;
  } catch (error) {
    return faultOf(error).code;
  }
}

/** Names alone: what they are set to is the user's. */
function changedSettings(): string {
  const own = workspace.getConfiguration('countersign');
  const changed = settings.filter(({ key }) => {
    const found = own.inspect(key);
    return [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue].some(
      (value) => value !== undefined,
    );
  });
  return changed.map(({ key }) => key).join(', ') || 'none';
}
