import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Bench, breakingPatch, cleanReview, goodPatch, openBench, runEnd } from './support.ts';

const planText = `# Sums for everybody.
id: sums
goal: Make sums right
tiers:
  - id: one
    phases:
      # Landed first, and stays.
      - id: fix-sum
        goal: Add the two.
        verify: [{ run: node --test test/sum.test.js }]
      - id: break-sum
        goal: Break the sum.
        dependsOn: [fix-sum]
        budget: { attempts: 1, usd: 0.5 }
        verify: [{ run: node --test test/sum.test.js }]
  - id: two
    phases:
      - id: last
        goal: Say it.
        dependsOn: [break-sum]
`;

const secondPatch = goodPatch.replace('-  return a - b;\n+  return a + b;', '-  return a + b;\n+  return b + a;');
const failing = breakingPatch.replace('-  return a - b;', '-  return a + b;');
const note = `--- /dev/null
+++ b/NOTES.md
@@ -0,0 +1 @@
+Sums are sums.
`;

const phase = (id: string, more: object = {}) => ({
  id,
  title: `Do ${id}`,
  goal: `Do ${id}.`,
  category: 'docs',
  complexity: 'low',
  risk: 'auto',
  scope: { include: ['**'], exclude: [], context: [] },
  acceptance: ['test/sum.test.js passes'],
  verify: [{ run: 'node --test test/sum.test.js' }],
  dependsOn: [],
  ...more,
});
const rest = (...phases: object[]) =>
  JSON.stringify({ id: 'other', goal: 'x', tiers: [{ id: 'one', title: 'One', phases }], questions: [] });

describe('countersign plan --replan', function () {
  this.timeout(180_000);
  let bench: Bench;
  const file = path.join('.countersign', 'plans', 'sums.yaml');

  beforeEach(async () => {
    bench = await openBench();
    await bench.write(file, planText);
  });
  afterEach(() => bench.close());

  const builders = [
    { role: 'builder', phase: 'fix-sum', text: goodPatch },
    { role: 'builder', phase: 'break-sum', text: failing },
    { role: 'builder', phase: 'turn-sum', text: secondPatch },
    { role: 'builder', phase: 'say-it', text: note },
    { role: 'auditor', text: cleanReview },
  ];
  const planner = (text: string) => ({ role: 'planner', text, usage: { input: 1000, output: 200 } });
  const failed = async (text: string) => {
    await bench.model([...builders, planner(text)]);
    const end = runEnd(await bench.run('run', file, '--autonomy', 'full', '--json'));
    assert.deepEqual(
      end.phases.map(({ state }: { state: string }) => state),
      ['landed', 'rejected', 'cancelled'],
    );
    return end;
  };
  const good = rest(phase('turn-sum', { dependsOn: ['fix-sum'] }), phase('say-it', { dependsOn: ['turn-sum'] }));

  it('plans what remains, shows the difference, and writes it only once it is accepted', async () => {
    const { runId, phases } = await failed(good);
    const proposed = await bench.run('plan', '--replan', runId);
    assert.equal(proposed.code, 5, proposed.err + proposed.out);
    assert.match(proposed.out, /^--- a\/\.countersign\/plans\/sums\.yaml\n\+\+\+ b\//m);
    assert.match(proposed.out, /^-.*id: break-sum$/m);
    assert.match(proposed.out, /^\+.*id: turn-sum$/m);
    assert.doesNotMatch(proposed.out, /^[-+].*(?:id: fix-sum$|Landed first|Sums for everybody)/m);
    assert.equal(await bench.read(file), planText, 'nothing is written yet');
    const request = bench.server?.requests.find(({ role }) => role === 'planner');
    assert.match(request?.text ?? '', /## Landed\n```\n- fix-sum: /);
    assert.match(
      request?.text ?? '',
      /## Did not land: break-sum \(rejected\)\n[\s\S]*node --test test\/sum\.test\.js: failed/,
    );
    assert.match(request?.text ?? '', /## Did not land: last \(cancelled\)/);

    const accepted = await bench.run('plan', '--replan', runId, '--accept', '--json');
    assert.equal(accepted.code, 0, accepted.err + accepted.out);
    assert.equal(bench.server?.requests.filter(({ role }) => role === 'planner').length, 1, 'paid once');
    const text = await bench.read(file);
    assert.match(text, /# Landed first, and stays\./);
    const written = parse(text);
    assert.equal(written.continues, runId);
    assert.deepEqual(
      written.tiers.map(({ id, phases: own }: { id: string; phases: { id: string }[] }) => [id, own.map((p) => p.id)]),
      [['one', ['fix-sum', 'turn-sum', 'say-it']]],
    );
    assert.deepEqual(written.tiers[0].phases[0], parse(planText).tiers[0].phases[0]);

    const head = bench.git('rev-parse', 'main');
    const again = runEnd(await bench.run('run', file, '--autonomy', 'full', '--json'));
    assert.deepEqual(
      again.phases.map(({ id, state }: { id: string; state: string }) => [id, state]),
      [
        ['turn-sum', 'landed'],
        ['say-it', 'landed'],
      ],
    );
    const commits = bench.git('log', '--format=%H', 'main').trim().split('\n');
    assert.ok(commits.includes(phases[0].commit), 'what had landed came with it');
    assert.notEqual(bench.git('rev-parse', 'main'), head);
    assert.match(await bench.read('src/sum.js'), /b \+ a/);
  });

  it('keeps the caps and the text of a phase that stays as it was', async () => {
    const same = { title: undefined, goal: 'Say it.', category: 'feature', complexity: 'medium', acceptance: [] };
    const stays = phase('last', { ...same, verify: [], dependsOn: ['break-sum'] });
    const { runId } = await failed(rest(phase('break-sum', { dependsOn: ['fix-sum'] }), stays));
    assert.equal((await bench.run('plan', '--replan', runId)).code, 5);
    assert.equal((await bench.run('plan', '--replan', runId, '--accept')).code, 0);
    const phases = parse(await bench.read(file)).tiers.flatMap(({ phases: own }: { phases: unknown[] }) => own);
    assert.deepEqual(phases[1].budget, { attempts: 1, usd: 0.5 });
    assert.equal(phases[1].goal, 'Do break-sum.');
  });

  it('asks once more where the plan repeats what landed, and gives up on the second', async () => {
    const { runId } = await failed(rest(phase('fix-sum')));
    const done = await bench.run('plan', '--replan', runId, '--json');
    assert.deepEqual([done.code, done.lines.at(-1)?.code], [3, 'plan/unusable']);
    assert.match(done.lines.at(-1)?.message, /`fix-sum` has landed/);
    assert.equal(bench.server?.requests.filter(({ role }) => role === 'planner').length, 2);
    const none = await bench.run('plan', '--replan', runId, '--accept', '--json');
    assert.deepEqual([none.code, none.lines[0]?.code], [2, 'plan/no-proposal']);
    assert.equal(await bench.read(file), planText);
  });

  it('names a cycle and an unknown dependency among what remains', async () => {
    const { runId } = await failed(rest(phase('turn-sum', { dependsOn: ['nowhere'] })));
    const done = await bench.run('plan', '--replan', runId, '--json');
    assert.deepEqual([done.code, done.lines.at(-1)?.code], [2, 'plan/unknown-dependency']);
  });

  it('forgets a proposal, and writes nothing over a plan that was edited meanwhile', async () => {
    const { runId } = await failed(good);
    assert.equal((await bench.run('plan', '--replan', runId)).code, 5);
    await bench.write(file, `${planText}# mine\n`);
    const stale = await bench.run('plan', '--replan', runId, '--accept', '--json');
    assert.deepEqual([stale.code, stale.lines.at(-1)?.code], [2, 'plan/changed']);
    assert.equal(await bench.read(file), `${planText}# mine\n`);
    await bench.write(file, planText);
    assert.equal((await bench.run('plan', '--replan', runId, '--discard')).code, 0);
    assert.equal((await bench.run('plan', '--replan', runId, '--accept')).code, 2);
    assert.equal(await bench.read(file), planText);
  });

  it('believes no proposal that does not go on from its run', async () => {
    const { runId } = await failed(good);
    assert.equal((await bench.run('plan', '--replan', runId)).code, 5);
    const kept = path.join('.git', 'countersign', 'replans', `${runId}.json`);
    const forged = JSON.parse(await bench.read(kept));
    for (const after of [forged.after.replace(runId, 'other'), 'scripts: { test: rm }\n']) {
      await bench.write(kept, JSON.stringify({ ...forged, after }));
      const done = await bench.run('plan', '--replan', runId, '--accept', '--json');
      assert.deepEqual([done.code, done.lines.at(-1)?.code], [2, 'plan/no-proposal']);
    }
    assert.equal(await bench.read(file), planText);
  });

  it('makes a new file for a run whose plan is gone', async () => {
    const { runId } = await failed(good);
    await bench.write('.countersign/plans/other.yaml', planText);
    bench.git('clean', '--quiet', '--force', file);
    assert.equal((await bench.run('plan', '--replan', runId)).code, 5);
    const done = await bench.run('plan', '--replan', runId, '--accept', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.deepEqual(readdirSync(path.join(bench.directory, '.countersign', 'plans')).sort(), [
      'other.yaml',
      'sums.yaml',
    ]);
    assert.equal(parse(await bench.read(file)).continues, runId);
  });

  it('offers it only after a failure', async () => {
    await bench.model([...builders, planner(good)]);
    const landing = await bench.phase('fix-sum', { verify: [{ run: 'node --test test/sum.test.js' }] });
    const landed = runEnd(await bench.run('run', landing, '--autonomy', 'full', '--json'));
    const done = await bench.run('plan', '--replan', landed.runId, '--json');
    assert.deepEqual([done.code, done.lines[0]?.code], [2, 'run/not-replannable']);
    assert.match(done.lines[0]?.message, /all of it landed/);
    const waiting = runEnd(await bench.run('run', await bench.phase('say-it'), '--autonomy', 'review', '--json'));
    const waits = await bench.run('plan', '--replan', waiting.runId, '--json');
    assert.match(waits.lines[0]?.message, /`say-it` waits for your signature/);
    assert.equal(bench.server?.requests.filter(({ role }) => role === 'planner').length, 0);
    assert.ok(!existsSync(path.join(bench.directory, '.git', 'countersign', 'replans')));
  });

  for (const words of [
    ['--accept', 'goal'],
    ['--replan', 'last', 'goal'],
    ['--replan', 'last', '--out', 'x.yaml'],
    ['--replan', 'last', '--accept', '--discard'],
  ]) {
    it(`refuses ${words.join(' ')}`, async () => {
      const done = await bench.run('plan', ...words, '--json');
      assert.deepEqual([done.code, done.lines[0]?.code], [2, 'arguments/invalid']);
    });
  }
});
