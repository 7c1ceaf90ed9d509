import assert from 'node:assert/strict';
import { type Bench, type Finished, obliging, openBench, runEnd } from './support.ts';

const note = (name: string) => `\`\`\`diff\n--- /dev/null\n+++ b/${name}.md\n@@ -0,0 +1 @@\n+${name}\n\`\`\`\n`;

describe('resuming with a higher cap', function () {
  this.timeout(180_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const states = (done: Finished) => runEnd(done).phases.map(({ state }: { state: string }) => state);
  const usage = { input: 1000, output: 600 };
  const asked = () => bench.server?.requests.filter(({ role }) => role === 'builder').map(({ phase }) => phase);

  /** Two phases of which the second does not fit: the run and its tier may use so much, and each phase. */
  async function stopped(caps: { run?: object; tier?: object; phase?: object }): Promise<void> {
    await bench.model([
      { role: 'builder', phase: 'one', text: note('one'), usage },
      { role: 'builder', phase: 'two', text: note('two'), usage },
      ...obliging.filter(({ role }) => role === 'auditor'),
    ]);
    const plan = await bench.phase('plan', {
      autonomy: 'gated',
      landing: { branch: 'current' },
      budget: caps.run ?? {},
      tiers: [
        {
          id: 'only',
          budget: caps.tier ?? {},
          phases: [
            { id: 'one', goal: 'a', verify: [{ run: 'true' }] },
            { id: 'two', goal: 'b', dependsOn: ['one'], verify: [{ run: 'true' }], budget: caps.phase ?? {} },
          ],
        },
      ],
    });
    const done = await bench.run('run', plan, '--json');
    assert.equal(done.code, 4, done.out.slice(-2000) + done.err);
    assert.deepEqual(states(done), ['landed', 'failed']);
    assert.deepEqual(asked(), ['one']);
  }

  it('goes on under a higher cap of the run, also one above the configuration’s, and keeps it', async () => {
    await stopped({ run: { tokens: 3_800 } });
    const again = await bench.run('resume', 'last', '--json');
    assert.equal(again.code, 4);
    assert.match(String(runEnd(again).phases[1].reason), /tokens, .* left for this run/);
    const done = await bench.run('resume', 'last', '--budget-tokens', '3000000', '--budget-usd', '8', '--json');
    assert.equal(done.code, 0, done.out.slice(-2000) + done.err);
    assert.deepEqual(states(done), ['landed', 'landed']);
    assert.deepEqual(asked(), ['one', 'two']);
    const [spend] = (await bench.run('spend', '--json')).lines;
    const cap = spend?.caps.find(({ level }: { level: string }) => level === 'run');
    if (cap) assert.deepEqual([cap.capTokens, cap.capMicros], [3_000_000, 8_000_000]);
  });

  it('goes on under a higher cap of a tier', async () => {
    await stopped({ tier: { tokens: 3_800 } });
    const unknown = await bench.run('resume', 'last', '--tier', 'none', '--budget-tokens', '9000', '--json');
    assert.deepEqual([unknown.code, unknown.lines.at(-1)?.message], [2, 'The run has no tier "none".']);
    const done = await bench.run('resume', 'last', '--tier', 'only', '--budget-tokens', '300000', '--json');
    assert.equal(done.code, 0, done.out.slice(-2000) + done.err);
  });

  it('goes on under a higher cap of a phase, which the next resume still knows', async () => {
    await stopped({ phase: { tokens: 500 } });
    const little = await bench.run('resume', 'last/two', '--budget-tokens', '600', '--json');
    assert.equal(little.code, 4, little.out.slice(-2000));
    const lower = await bench.run('resume', 'last/two', '--budget-tokens', '550', '--json');
    assert.deepEqual(
      [lower.code, lower.lines.at(-1)?.message],
      [2, 'The cap of this phase is 600 tokens; name a higher one.'],
    );
    const done = await bench.run('resume', 'last/two', '--budget-tokens', '400000', '--json');
    assert.equal(done.code, 0, done.out.slice(-2000) + done.err);
    assert.deepEqual(asked(), ['one', 'two']);
  });

  it('says what is wrong with a cap, and changes nothing', async () => {
    await stopped({ phase: { tokens: 500 } });
    for (const words of [
      ['resume', 'last', '--budget-usd', 'much'],
      ['resume', 'last', '--budget-usd', '0'],
      ['resume', 'last', '--budget-usd', '-3'],
      ['resume', 'last', '--budget-tokens', '1.5'],
      ['resume', 'last', '--budget-usd', '1'],
      ['resume', 'last', '--tier', 'only'],
      ['resume', 'last/two'],
      ['resume', 'last/two', '--tier', 'only', '--budget-usd', '9'],
    ]) {
      const done = await bench.run(...words, '--json');
      assert.deepEqual([done.code, done.lines.at(-1)?.code], [2, 'arguments/invalid'], words.join(' ') + done.out);
    }
    assert.deepEqual(asked(), ['one']);
    const unknown = await bench.run('resume', 'last/none', '--budget-usd', '9', '--json');
    assert.deepEqual([unknown.code, unknown.lines.at(-1)?.code], [2, 'run/not-found']);
  });
});
