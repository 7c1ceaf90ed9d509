import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { commands } from 'vscode';
import { watchEventLoop } from './blocking.ts';
import { backTo, git, ours, pending, spec } from './support.ts';

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

describe('A run in the extension host', () => {
  const start = git('rev-parse', 'HEAD');
  after(() => backTo(start));

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
});
