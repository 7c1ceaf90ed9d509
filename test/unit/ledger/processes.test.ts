import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import { open, scopeOf, stateDirectory, tidy } from './fixtures.ts';

function start(script: string, ...parameters: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', file, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, output);
  return output;
}

/** Ends the process without a word to it, once it has printed so many lines; returns the last whole one. */
async function killAfter(child: ChildProcess, lines: number): Promise<string> {
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (output.split('\n').length > lines) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string];
  assert.equal(signal, 'SIGKILL', output);
  return output.split('\n').at(-2) ?? '';
}

function numbersOf(ledger: Ledger, runId: string): number[] {
  return ledger.events(runId).map((event) => Number(event.type === 'notice' && event.message.split(' ')[1]));
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe('several processes on one ledger', () => {
  afterEach(tidy);

  it('never send a call past a cap that they share', async () => {
    const directory = stateDirectory();
    const ledger = open(directory);
    const cap = 400;
    ledger.setCap('run', 'run-1', { micros: cap, tokens: null });
    const outputs = await Promise.all(
      ['one', 'two'].map((name) => outputOf(start('hammering-process.ts', directory, name))),
    );
    const tallies = outputs.map((output) => JSON.parse(output) as { sent: number; refused: number; micros: number });
    const spent = tallies.reduce((sum, tally) => sum + tally.micros, 0);
    const { total, caps } = ledger.spend({ by: 'model' });
    assert.equal(total.costMicros, spent);
    assert.ok(spent <= cap && spent > cap - 8, `${spent} of ${cap}`);
    assert.ok(tallies.every((tally) => tally.sent > 0));
    assert.deepEqual(caps, []);
    assert.equal(ledger.spend({ by: 'model', runId: 'run-1' }).caps[0]?.usedMicros, spent);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('never send a call past a day’s cap that their folders share', async () => {
    const [one, two, userStateDirectory] = [stateDirectory(), stateDirectory(), stateDirectory()];
    const cap = 300;
    const ledgers = [one, two].map((directory) => open(directory, { userStateDirectory }));
    // Should midnight pass meanwhile, the new day has the same cap, and the month holds both.
    const day = new Date().toISOString().slice(0, 10);
    for (const ledger of ledgers) {
      ledger.setCap('day', day, { micros: cap, tokens: null });
      ledger.setCap('month', day.slice(0, 7), { micros: cap, tokens: null });
    }
    const outputs = await Promise.all(
      [one, two].map((directory, index) =>
        outputOf(start('hammering-process.ts', directory, `p${index}`, 'quiet', userStateDirectory)),
      ),
    );
    const tallies = outputs.map((output) => JSON.parse(output) as { sent: number; micros: number });
    const spent = tallies.reduce((sum, tally) => sum + tally.micros, 0);
    assert.ok(spent <= cap && spent > cap - 8, `${spent} of ${cap}`);
    assert.ok(tallies.every((tally) => tally.sent > 0));
    for (const [index, ledger] of ledgers.entries()) {
      assert.equal(ledger.spend({ by: 'model' }).total.costMicros, tallies[index]?.micros);
      const [month] = ledger.spend({ by: 'model' }).caps;
      assert.deepEqual([month?.level, month?.usedMicros, month?.reservedMicros], ['month', spent, 0]);
      assert.deepEqual(ledger.checkIntegrity(), []);
    }
    const calls = tallies.reduce((sum, tally) => sum + tally.sent, 0);
    console.log(`      two folders: calls made ${calls}, cap violations 0, figure mismatches 0`);
  });

  it('lose nothing that was acknowledged when one is killed, whenever that is', async () => {
    const directory = stateDirectory();
    for (const [index, lines] of [1, 40, 300, 1200].entries()) {
      const acknowledged = Number(await killAfter(start('recording-process.ts', directory, `run-${index}`), lines));
      assert.ok(acknowledged >= lines);
      const ledger = open(directory);
      const numbers = numbersOf(ledger, `run-${index}`);
      assert.deepEqual(numbers, upTo(numbers.length), 'without a gap');
      assert.ok(numbers.length >= acknowledged, `${numbers.length} of ${acknowledged}`);
      assert.deepEqual(ledger.notices, []);
      assert.deepEqual(ledger.checkIntegrity(), []);
      ledger.close();
    }
  });

  it('count the open call of a killed one at its worst case', async () => {
    const directory = stateDirectory();
    const ledger = open(directory);
    ledger.setCap('run', 'run-1', { micros: 1_000_000_000, tokens: null });
    await killAfter(start('hammering-process.ts', directory, 'killed', 'kill'), 1);
    const [cap] = ledger.spend({ by: 'model', runId: 'run-1' }).caps;
    const committed = (cap?.usedMicros ?? 0) + (cap?.reservedMicros ?? 0);
    const next = open(directory);
    const [after] = next.spend({ by: 'model', runId: 'run-1' }).caps;
    assert.equal(after?.usedMicros, committed, 'nothing is freed');
    assert.equal(after?.reservedMicros, 0);
    assert.equal(next.spend({ by: 'model' }).total.costMicros, committed);
    assert.equal(next.headroom(scopeOf('api')).micros, 1_000_000_000 - committed);
    assert.deepEqual(next.checkIntegrity(), []);
  });

  it('write at once while a third reads', async () => {
    const directory = stateDirectory();
    const count = 1500;
    const writers = ['run-a', 'run-b'].map((runId) =>
      outputOf(start('recording-process.ts', directory, runId, String(count))),
    );
    const reader = open(directory);
    let seen = 0;
    let done = false;
    const finished = Promise.all(writers).finally(() => {
      done = true;
    });
    while (!done) {
      const numbers = numbersOf(reader, 'run-a');
      assert.ok(numbers.length >= seen, 'never fewer than before');
      assert.deepEqual(numbers, upTo(numbers.length));
      seen = numbers.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await finished;
    assert.deepEqual(numbersOf(reader, 'run-a'), upTo(count));
    assert.deepEqual(numbersOf(reader, 'run-b'), upTo(count));
  });

  it('may all open a ledger that is not there yet', async () => {
    const directory = stateDirectory();
    const names = ['run-a', 'run-b', 'run-c'];
    await Promise.all(names.map((runId) => outputOf(start('recording-process.ts', directory, runId, '3'))));
    const ledger = open(directory);
    for (const runId of names) assert.deepEqual(numbersOf(ledger, runId), [1, 2, 3]);
    assert.deepEqual(ledger.notices, []);
  });

  it('may all find a damaged one, which is set aside once', async () => {
    const directory = stateDirectory();
    writeFileSync(join(directory, 'ledger.sqlite'), 'garbage'.repeat(1000));
    const names = ['run-a', 'run-b', 'run-c'];
    await Promise.all(names.map((runId) => outputOf(start('recording-process.ts', directory, runId, '3'))));
    const ledger = open(directory);
    for (const runId of names) assert.deepEqual(numbersOf(ledger, runId), [1, 2, 3]);
    assert.equal(readdirSync(directory).filter((name) => name.includes('.damaged-')).length, 1);
  });
});
