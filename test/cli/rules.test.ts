import assert from 'node:assert/strict';
import { type Bench, breakingPatch, cleanReview, goodPatch, nodeTest, obliging, openBench, runEnd } from './support.ts';

describe('.countersign/rules.yaml', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const rules = (text: string) => bench.write('.countersign/rules.yaml', text);
  const run = async (spec: object = {}, autonomy = 'full') =>
    runEnd(
      await bench.run('run', await bench.phase('one', { ...nodeTest, ...spec }), '--autonomy', autonomy, '--json'),
    );

  it('shows where each value comes from, what is not approved, and counts it once it is', async () => {
    await rules('categories:\n  docs: { tokens: 1000, attempts: 9 }\nrun: { phases: 3 }\n');
    const before = await bench.run('config', 'show', '--origin', '--json');
    const [shown] = before.lines;
    const settingOf = (key: string) => shown?.settings.find((each: { key: string }) => each.key === key);
    assert.deepEqual([settingOf('limits.phases').value, settingOf('limits.phases').origin], [3, 'rules']);
    assert.match(settingOf('strategy.categories.docs.tokens').file, /\.countersign\/rules\.yaml$/);
    assert.equal(settingOf('strategy.categories.docs.attempts'), undefined);
    assert.deepEqual(shown?.unapproved[0].keys, ['strategy.categories.docs.attempts']);
    const approved = await bench.run('config', 'approve', '--yes', '--json');
    assert.deepEqual([approved.code, approved.lines[0]?.values], [0, { 'strategy.categories.docs.attempts': 9 }]);
    const after = await bench.run('config', 'show', '--json');
    assert.deepEqual(after.lines[0]?.config.strategy.categories.docs, { tokens: 1000, attempts: 9 });
    await rules('categories:\n  docs: { attempts: 10 }\n');
    const changed = await bench.run('config', 'show', '--json');
    assert.deepEqual(changed.lines[0]?.config.strategy.categories, {}, 'another content is asked for again');
  });

  it('names line and column of what is wrong, whatever is run', async () => {
    await rules('categories:\n  docs:\n    tokens: lots\n');
    const done = await bench.run('status', '--json');
    assert.deepEqual(
      [done.code, done.lines[0]?.code, done.lines[0]?.at.line, done.lines[0]?.at.column],
      [2, 'config/invalid', 3, 5],
    );
  });

  it('bounds attempts, tokens and the signature of a category', async () => {
    await rules('categories:\n  ours: { attempts: 1 }\n  small: { tokens: 10 }\n  signed: { autoApply: false }\n');
    await bench.model([
      { role: 'builder', text: breakingPatch },
      { role: 'auditor', text: cleanReview },
    ]);
    const once = await run({ category: 'ours' });
    assert.deepEqual([once.exitCode, once.phases[0].attempts], [3, 1]);
    const small = await run({ category: 'small' });
    assert.deepEqual([small.exitCode, small.phases[0].state], [4, 'failed']);
    await bench.model(obliging);
    const signed = await run({ category: 'signed', acceptance: ['test/sum.test.js passes'] });
    assert.deepEqual([signed.exitCode, signed.phases[0].state], [5, 'awaiting-review']);
  });

  it('runs strict checks for a category that is to be strict', async () => {
    await rules('categories:\n  careful: { profile: strict }\n');
    await bench.model(obliging);
    const verify = [...nodeTest.verify, { run: 'node no-such-file.js', profile: 'strict' }];
    assert.equal((await run({ category: 'docs', verify })).exitCode, 0);
    bench.git('reset', '--quiet', '--hard', 'HEAD~1');
    const strict = await run({ category: 'careful', verify, budget: { attempts: 1 } });
    assert.deepEqual([strict.exitCode, strict.phases[0].state], [3, 'rejected']);
  });

  it('protects paths: a person signs, and nothing runs before', async () => {
    await rules('protectedPaths: ["src/**"]\n');
    await bench.model(obliging);
    const made = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'full', '--json');
    assert.equal(made.code, 5, made.out);
    const staged = made.lines.find(({ type }) => type === 'patch-staged')?.staged;
    assert.deepEqual(
      staged.flags.map(({ kind, file }: { kind: string; file: string }) => [kind, file]),
      [['protected-path', 'src/sum.js']],
    );
    const report = made.lines.find(({ type }) => type === 'checks-end')?.report;
    assert.deepEqual([report.results, /src\/sum\.js/.test(report.withheld)], [[], true]);
    const signed = await bench.run('review', 'last', '--approve');
    assert.equal(signed.code, 0, signed.out + signed.err);
    assert.match(await bench.read('src/sum.js'), /a \+ b/);
  });

  it('holds the audit of a change that is there to the same paths', async () => {
    await bench.write('src/sum.js', 'export function sum(a, b) {\n  return b + a;\n}\n');
    bench.git('add', 'src/sum.js');
    assert.deepEqual((await bench.run('audit', '--staged', '--json')).lines[0]?.findings, []);
    await rules('protectedPaths: ["src/**"]\n');
    const done = await bench.run('audit', '--staged', '--json');
    assert.match(JSON.stringify(done.lines[0]?.findings), /src\/sum\.js/);
  });

  it('stops a resume under other rules, and goes on with either', async () => {
    await rules('categories:\n  ours: { attempts: 1 }\n');
    await bench.model([
      { role: 'builder', text: breakingPatch },
      { role: 'auditor', text: cleanReview },
    ]);
    const first = await run({ category: 'ours' });
    assert.equal(first.phases[0].attempts, 1);
    await rules('categories:\n  ours: { attempts: 2 }\nprotectedPaths: ["deploy/**"]\n');
    const retry = (...words: string[]) => bench.run('retry', 'last/one', ...words, '--json');
    const refused = await retry();
    assert.deepEqual([refused.code, refused.lines[0]?.code], [2, 'run/changed']);
    assert.match(refused.lines[0]?.message, /`strategy\.categories\.ours\.attempts` was 1 and is 2/);
    assert.match(refused.lines[0]?.message, /`strategy\.protectedPaths` was \[\] and is \["deploy\/\*\*"\]/);
    assert.match(refused.lines[0]?.remedy, /--accept-changes.*--keep-frozen/);
    const both = await retry('--accept-changes', '--keep-frozen');
    assert.equal(both.code, 2);
    const kept = runEnd(await retry('--keep-frozen'));
    assert.equal(kept.phases[0].attempts, 2, 'one more attempt, by the rules it began with');
    const accepted = runEnd(await retry('--accept-changes'));
    assert.equal(accepted.phases[0].attempts, 4, 'two more, by those of today');
    const again = await retry();
    assert.notEqual(again.lines[0]?.code, 'run/changed', 'what was accepted holds from then on');
  });

  it('goes on with the models and prices it began with, where that is asked for', async () => {
    await bench.model([
      { role: 'builder', text: breakingPatch },
      { role: 'auditor', text: cleanReview },
    ]);
    await run({ budget: { attempts: 1 } });
    const url = bench.server?.url;
    const other = {
      providers: { lab: { baseUrl: url, apiKeyEnv: 'LAB_KEY', api: 'chat' } },
      roles: { builder: 'lab/other', auditor: 'lab/auditor' },
      prices: { 'lab/other': { input: 9, output: 9 }, 'lab/auditor': { input: 9, output: 9 } },
    };
    await bench.model([{ role: 'builder', text: goodPatch, usage: { input: 1000, output: 100 } }, ...obliging]);
    other.providers.lab.baseUrl = bench.server?.url;
    await bench.write('../config.yaml', JSON.stringify({ models: other, checks: { sandbox: 'off' } }));
    const refused = await bench.run('retry', 'last', '--json');
    assert.equal(refused.lines[0]?.code, 'run/changed');
    const kept = await bench.run('retry', 'last', '--keep-frozen', '--json');
    assert.equal(kept.code, 0, kept.out + kept.err);
    const calls = kept.lines.filter(({ type, role }) => type === 'call-end' && role === 'builder');
    assert.deepEqual(
      calls.map(({ model, cost }) => [model, cost.micros]),
      [['lab/builder', 1200]],
    );
  });
});
