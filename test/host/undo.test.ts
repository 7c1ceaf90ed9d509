import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { backTo, confirm, git, readText, runToReview } from './support.ts';

describe('A landing in the editor', () => {
  const start = git('rev-parse', 'HEAD');
  afterEach(() => backTo(start));

  it('is taken off its branch as if it had not been, and brought back from the save points', async () => {
    await runToReview('greet-in-language');
    await confirm(commands.executeCommand('countersign.approve'));
    const landed = git('rev-parse', 'HEAD');
    assert.notEqual(landed, start);
    await confirm(commands.executeCommand('countersign.undoLanding'));
    assert.equal(git('rev-parse', 'HEAD'), start);
    assert.equal(git('status', '--porcelain'), '');
    await confirm(commands.executeCommand('countersign.restoreSavePoint'));
    assert.equal(git('rev-parse', 'HEAD'), landed);
    assert.match(readText('src/greeting.ts'), /Bonjour/);
    assert.equal(git('status', '--porcelain'), '');
  });
});
