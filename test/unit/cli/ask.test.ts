import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { askYesNo } from '../../../src/cli/ask.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';

/** A terminal on which a person types this; null for one whose input ended. */
function terminalWith(typed: string | null) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  if (typed === null) input.end();
  else input.write(typed);
  return { input, output };
}

const never = new AbortController().signal;

describe('asking a person', () => {
  for (const [typed, expected] of [
    ['y\n', true],
    ['YES\n', true],
    [' yes \n', true],
    ['n\n', false],
    ['\n', false],
    ['yesterday\n', false],
    [null, false],
  ] as const) {
    it(`takes ${JSON.stringify(typed)} for ${expected ? 'yes' : 'no'}`, async () => {
      const streams = terminalWith(typed);
      assert.equal(await askYesNo('Go on?', streams, never), expected);
      assert.match(String(streams.output.read()), /Go on\? \[y\/N\]/);
    });
  }

  it('asks nobody where there is no terminal', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    input.write('y\n');
    assert.equal(await askYesNo('Go on?', { input, output }, never), null);
    assert.equal(output.read(), null);
  });

  it('ends with the command it belongs to', async () => {
    const controller = new AbortController();
    const asked = askYesNo('Go on?', { ...terminalWith('') }, controller.signal);
    controller.abort();
    await assert.rejects(asked, (error) => error instanceof EngineError && error.fault.code === 'interrupted');
  });
});
