import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { stringify } from 'yaml';
import { type Bench, breakingPatch, cleanReview, goodPatch, nodeTest, openBench, root, runEnd } from './support.ts';

interface KeptCall {
  readonly role: string;
  readonly scope: { readonly attempt: number };
  readonly system: string;
  readonly messages: readonly { readonly text: string }[];
}

/** Share of a request's input tokens that a provider's prompt cache can take from the request before it. */
function sharedPrefix(before: KeptCall, call: KeptCall): number {
  const [one, two] = [before, call].map(({ system, messages }) =>
    [system, ...messages.map(({ text }) => text)].join('\n'),
  );
  assert.ok(one && two);
  let same = 0;
  while (same < one.length && one[same] === two[same]) same += 1;
  return countTokens(two.slice(0, same)) / countTokens(two);
}

describe('the prompts of a phase with three attempts', function () {
  // Each step is a process of its own, on a machine that may be busy.
  this.timeout(120_000);
  let bench: Bench;
  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());

  it('share at least four fifths of their input with the attempt before', async () => {
    // A phase of ordinary size: the files that it is about are longer than what is said about it.
    for (const name of ['align', 'place-hunk', 'read-hunks']) {
      await bench.write(`src/${name}.ts`, await readFile(path.join(root, 'src', 'patch', `${name}.ts`), 'utf8'));
    }
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'More');
    const tape = path.join(bench.home, 'tape.yaml');
    const other = breakingPatch.replace("'none'", 'null');
    const replies = [
      { role: 'builder', phase: 'one', attempt: 1, reply: breakingPatch },
      { role: 'builder', phase: 'one', attempt: 2, reply: other },
      { role: 'builder', phase: 'one', attempt: 3, reply: goodPatch },
      { role: 'reflector', phase: 'one', attempt: 1, reply: 'It returned a text. It must return a number.' },
      { role: 'reflector', phase: 'one', attempt: 2, reply: 'It returned nothing. It must return the sum.' },
      { role: 'auditor', phase: 'one', reply: cleanReview },
    ];
    await writeFile(tape, stringify({ replies }));
    const roles = { builder: 'tape/builder', auditor: 'tape/auditor' };
    const models = { providers: { tape: { cassette: tape } }, roles };
    const config = path.join(bench.home, 'prefix.yaml');
    await writeFile(config, stringify({ models, checks: { sandbox: 'off' } }));
    const spec = await bench.phase('one', { ...nodeTest, acceptance: ['sum adds'], budget: { attempts: 3 } });
    const done = await bench.run('run', spec, '--autonomy', 'gated', '--json', '--config', config);
    assert.equal(done.code, 0, done.out + done.err);
    assert.equal(runEnd(done).phases[0].attempts, 3);
    const shown = await bench.run('trajectories', 'show', 'last', '--json', '--config', config);
    const calls: KeptCall[] = shown.lines[0]?.phases[0].calls ?? [];
    const builders = calls.filter(({ role }) => role === 'builder');
    assert.equal(builders.length, 3);
    const [first, second, third] = builders as [KeptCall, KeptCall, KeptCall];
    const shares = [sharedPrefix(first, second), sharedPrefix(second, third)];
    console.log(`      identical prefix: ${shares.map((share) => `${(share * 100).toFixed(1)} %`).join(', ')}`);
    for (const share of shares) assert.ok(share >= 0.8, `${share}`);
  });
});
