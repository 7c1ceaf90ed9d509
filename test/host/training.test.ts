import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, type Tab, TabInputWebview, window } from 'vscode';
import { watchEventLoop } from './blocking.ts';
import { backTo, git, ours, until } from './support.ts';

const panels = (): readonly Tab[] =>
  window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof TabInputWebview && input.viewType.endsWith('countersign.training'));

describe('The Training panel in the extension host', () => {
  const start = git('rev-parse', 'HEAD');
  before(() => ours().activate());
  after(() => backTo(start));

  it('is one, however often it is opened', async () => {
    await commands.executeCommand('countersign.openTraining');
    await until('the panel is open', () => panels().length === 1);
    await commands.executeCommand('countersign.openTraining');
    assert.equal(panels().length, 1);
  });

  it('does not hold up the extension host while it reads', async () => {
    await window.tabGroups.close([...panels()]);
    const stop = watchEventLoop();
    await commands.executeCommand('countersign.openTraining');
    await until('the panel is open', () => panels().length === 1);
    await sleep(3000);
    const { longestCompute } = stop();
    console.log(`opening Training: computed ${longestCompute.toFixed(0)} ms at a stretch`);
    assert.ok(longestCompute < 50, `${longestCompute} ms`);
  });
});
