import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, type Tab, TabInputWebview, window } from 'vscode';
import { watchEventLoop } from './blocking.ts';
import { backTo, git, ours, spec, until } from './support.ts';

const panels = (): readonly Tab[] =>
  window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof TabInputWebview && input.viewType.endsWith('countersign.trajectories'));

describe('The Trajectories panel in the extension host', () => {
  const start = git('rev-parse', 'HEAD');
  before(async () => {
    await ours().activate();
    await commands.executeCommand('countersign.runPhase', spec('greet-in-language'));
  });
  after(() => backTo(start));

  it('is one, however often and from wherever it is opened', async () => {
    await commands.executeCommand('countersign.openTrajectories');
    await until('the panel is open', () => panels().length === 1);
    await commands.executeCommand('countersign.showTrajectory');
    await commands.executeCommand('countersign.compareAttempts', { runId: 'no-such-run' });
    await commands.executeCommand('countersign.openTrajectories');
    assert.equal(panels().length, 1);
  });

  it('does not hold up the extension host while it reads', async () => {
    await window.tabGroups.close([...panels()]);
    const stop = watchEventLoop();
    await commands.executeCommand('countersign.openTrajectories');
    await until('the panel is open', () => panels().length === 1);
    await sleep(1500);
    const { longestCompute } = stop();
    console.log(`opening Trajectories: computed ${longestCompute.toFixed(0)} ms at a stretch`);
    assert.ok(longestCompute < 50, `${longestCompute} ms`);
  });
});
