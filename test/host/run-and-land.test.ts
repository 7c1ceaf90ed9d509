import assert from 'node:assert/strict';
import { join } from 'node:path';
import { commands, Position, Uri, WorkspaceEdit, window, workspace } from 'vscode';
import { backTo, confirm, folder, git, pending, proposals, readText, runToReview, until } from './support.ts';

describe('A phase in the editor', () => {
  const start = git('rev-parse', 'HEAD');
  afterEach(() => backTo(start));

  it('waits for a signature and leaves the files as they are', async () => {
    await runToReview('greet-in-language');
    assert.equal(git('rev-parse', 'HEAD'), start);
    assert.equal(git('status', '--porcelain'), '');
    const sides = proposals().map(({ document }) => new URLSearchParams(document.uri.query).get('side'));
    assert.ok(sides.includes('proposed') && sides.includes('current'), sides.join());
    await confirm(commands.executeCommand('countersign.reject'));
    assert.equal(git('rev-parse', 'HEAD'), start);
    assert.equal(git('status', '--porcelain'), '');
  });

  it('lands one commit once it is approved, and takes it back', async () => {
    await runToReview('greet-in-language');
    await confirm(commands.executeCommand('countersign.approve'));
    assert.equal(git('rev-parse', 'HEAD^'), start);
    assert.equal(git('status', '--porcelain'), '');
    assert.match(readText('src/greeting.ts'), /Bonjour/);
    assert.match(git('log', '-1', '--format=%(trailers:key=Countersign-Phase)'), /greet-in-language/);
    await confirm(commands.executeCommand('countersign.rollBack'));
    assert.equal(git('rev-parse', 'HEAD~2'), start);
    assert.equal(git('diff', start), '');
  });

  it('does not land over an unsaved editor, and still can once that is put away', async () => {
    await runToReview('greet-in-language');
    const document = await workspace.openTextDocument(Uri.file(join(folder(), 'src', 'greeting.ts')));
    await window.showTextDocument(document);
    const edit = new WorkspaceEdit();
    edit.insert(document.uri, new Position(0, 0), '// mine\n');
    await workspace.applyEdit(edit);
    const [review] = pending();
    await confirm(commands.executeCommand('countersign.approve', review));
    assert.equal(git('rev-parse', 'HEAD'), start);
    assert.equal(document.isDirty, true);
    await commands.executeCommand('workbench.action.files.revert');
    await confirm(commands.executeCommand('countersign.approve', review));
    assert.equal(git('rev-parse', 'HEAD^'), start);
    await until('the editor shows what landed', () => document.getText().includes('Bonjour'));
  });
});
