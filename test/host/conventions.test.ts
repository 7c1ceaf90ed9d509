import assert from 'node:assert/strict';
import { commands, window } from 'vscode';
import { backTo, git, ours } from './support.ts';

interface Contributed {
  readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
  readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
  readonly keybindings: readonly { readonly command: string; readonly when?: string }[];
}

const contributed = (): Contributed => ours().packageJSON.contributes;

describe('What the extension contributes', () => {
  it('has a title and a category for every command, and a condition wherever it is offered', () => {
    const { commands: all, menus, keybindings } = contributed();
    for (const { command, title, category } of all) {
      assert.match(title, /^[A-Z][^.]*…?$/, command);
      assert.equal(category, 'Countersign', command);
    }
    for (const entry of [...Object.values(menus).flat(), ...keybindings]) assert.ok(entry.when, entry.command);
  });

  it('is in the palette without a condition only where no folder is needed', () => {
    const { commands: all, menus } = contributed();
    const conditioned = new Set((menus.commandPalette ?? []).map(({ command }) => command));
    assert.deepEqual(
      all
        .map(({ command }) => command)
        .filter((command) => !conditioned.has(command))
        .sort(),
      [
        'countersign.chooseModels',
        'countersign.openExample',
        'countersign.reportIssue',
        'countersign.setApiKey',
        'countersign.showOutput',
        'countersign.showStatus',
      ],
    );
  });

  it('offers nothing that runs, signs or spends in an untrusted folder, wherever it is offered', () => {
    const { commands: all, menus, keybindings } = contributed();
    const acting =
      /\.(run|plan|pause|resume|stop|skip|retry|roll|undo|restore|approve|request|askFor|checkAgain|audit|calibrate|replay|train|deploy)/;
    const known = new Set(all.map(({ command }) => command));
    for (const [menu, entries] of [...Object.entries(menus), ['keys', keybindings] as const]) {
      for (const { command, when } of entries) {
        assert.ok(known.has(command), `${command} in ${menu} is none of ours`);
        if (acting.test(command) && when !== 'false')
          assert.match(when ?? '', /isWorkspaceTrusted/, `${command} in ${menu}`);
      }
    }
  });

  it('offers in a tree only what fits the row', () => {
    for (const { command, when } of contributed().menus['view/item/context'] ?? [])
      assert.match(when ?? '', /view == countersign\.\w+ .*viewItem/, command);
  });

  it('says why it is limited in an untrusted folder and absent from a virtual one', () => {
    const { capabilities, extensionKind } = ours().packageJSON;
    assert.equal(capabilities.untrustedWorkspaces.supported, 'limited');
    assert.ok(capabilities.untrustedWorkspaces.description);
    assert.equal(capabilities.virtualWorkspaces.supported, false);
    assert.ok(capabilities.virtualWorkspaces.description);
    assert.deepEqual(extensionKind, ['workspace']);
  });
});

describe('A report of an issue', () => {
  const start = git('rev-parse', 'HEAD');
  after(() => backTo(start));

  it('is a text to read first, without paths or values', async () => {
    await commands.executeCommand('countersign.reportIssue');
    const text = window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /- VS Code: \d+\.\d+/);
    assert.match(text, /- State: ready/);
    assert.doesNotMatch(text, /\/|recorded|hello-service/);
    assert.equal(window.activeTextEditor?.document.isUntitled, true);
  });
});
