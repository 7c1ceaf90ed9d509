import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { commands, workspace } from 'vscode';
import { backTo, confirm, git, ours, proposals, readText, runToReview, spec } from './support.ts';

describe('The extension', () => {
  it('is not started with the window', () => {
    assert.equal(ours().isActive, false);
  });

  it('starts within a quarter of a second', async () => {
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

  it('runs without holding up the extension host', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await commands.executeCommand('countersign.runPhase', spec('greet-in-language'));
    delay.disable();
    const longest = delay.max / 1e6;
    console.log(
      `event loop: longest delay ${longest.toFixed(0)} ms, 99 % below ${(delay.percentile(99) / 1e6).toFixed(0)} ms`,
    );
    assert.ok(longest < 50, `${longest} ms`);
    await commands.executeCommand('countersign.openReview');
    await confirm(commands.executeCommand('countersign.reject'));
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

  it('does not land over an unsaved editor, and still can once that is saved away', async () => {
    await runToReview('greet-in-language');
    const document = await workspace.openTextDocument(
      spec('x').with({ path: spec('x').path.replace(/\.countersign.*/, 'src/greeting.ts') }),
    );
    const { WorkspaceEdit, Position } = await import('vscode');
    const edit = new WorkspaceEdit();
    edit.insert(document.uri, new Position(0, 0), '// mine\n');
    await workspace.applyEdit(edit);
    await confirm(commands.executeCommand('countersign.approve'));
    assert.equal(git('rev-parse', 'HEAD'), start);
  });
});
