import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, Position, Uri, WorkspaceEdit, window, workspace } from 'vscode';
import { watchEventLoop } from './blocking.ts';
import {
  backTo,
  confirm,
  folder,
  git,
  ours,
  pending,
  proposals,
  readText,
  runToReview,
  spec,
  until,
} from './support.ts';

describe('The extension', () => {
  it('is not started with the window', () => {
    assert.equal(ours().isActive, false);
  });

  it('starts within a quarter of a second', async () => {
    // The window's own start keeps the extension host busy for a moment.
    await sleep(2000);
    const started = performance.now();
    await ours().activate();
    const milliseconds = performance.now() - started;
    console.log(`activation: ${milliseconds.toFixed(0)} ms`);
    assert.ok(milliseconds < 250, `${milliseconds} ms`);
  });

  it('has registered every command of its manifest', async () => {
    const registered = new Set(await commands.getCommands(true));
    const contributed: readonly { command: string }[] = ours().packageJSON.contributes.commands;
    assert.deepEqual(
      contributed.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });
});

describe('A phase in the editor', () => {
  const start = git('rev-parse', 'HEAD');
  afterEach(() => backTo(start));

  it('runs without holding up the extension host, once the tokenizer has its table', async () => {
    for (const run of ['first', 'second']) {
      const stop = watchEventLoop();
      await commands.executeCommand('countersign.runPhase', spec('greet-in-language'));
      const { longestWall, longestCompute } = stop();
      console.log(
        `event loop, ${run} run: computed ${longestCompute.toFixed(0)} ms at a stretch, held up ${longestWall.toFixed(0)} ms by the clock`,
      );
      if (run === 'second') assert.ok(longestCompute < 50, `${longestCompute} ms`);
    }
    assert.equal(pending().length, 2);
  });

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
