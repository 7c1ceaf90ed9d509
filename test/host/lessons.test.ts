import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commands, window } from 'vscode';
import { backTo, confirm, folder, git, readText, spec, until } from './support.ts';

const rules = '.countersign/lessons.md';

describe('Lessons in the editor', () => {
  const start = git('rev-parse', 'HEAD');
  afterEach(() => {
    rmSync(join(folder(), rules), { force: true });
    return backTo(start);
  });

  it('turn what went wrong in two runs into a rule, once a person accepts it', async () => {
    // Its review has the same major finding each time.
    for (let run = 0; run < 2; run += 1) await commands.executeCommand('countersign.runPhase', spec('serve-cards'));
    assert.equal(existsSync(join(folder(), rules)), false);
    await confirm(commands.executeCommand('countersign.showLessons'));
    await until('the rules are shown', () => window.activeTextEditor?.document.uri.path.endsWith(`/${rules}`));
    assert.match(readText(rules), /^- \S.+$/m);
    assert.equal(git('rev-parse', 'HEAD'), start);
    assert.match(git('status', '--porcelain', '--untracked-files=all'), /lessons\.md/);
  });
});
