import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Bench, cleanReview, goodPatch, majorReview, nodeTest, obliging, openBench, runEnd } from './support.ts';

describe('countersign report', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const good = () => bench.phase('good', { ...nodeTest, acceptance: ['sum adds'], title: 'Mend | the *sum*' });
  const bad = () => bench.phase('bad', { ...nodeTest, budget: { attempts: 1 } });
  const both = [
    { role: 'builder', text: goodPatch, usage: { input: 1000, cached: 250, output: 100 } },
    { role: 'auditor', phase: 'good', text: cleanReview, usage: { input: 500, output: 50 } },
    { role: 'auditor', phase: 'bad', text: majorReview, usage: { input: 500, output: 50 } },
  ];

  it('tells outcome, evidence, findings, time and money, and its sums agree', async () => {
    await bench.model(both);
    const made = await bench.run('run', await good(), await bad(), '--autonomy', 'gated', '--json');
    assert.equal(made.code, 3, made.out + made.err);
    const done = await bench.run('report', 'last', '--json');
    assert.equal(done.code, 0, done.err);
    const [report] = done.lines as [Record<string, any>];
    assert.deepEqual([report.type, report.runId, report.state], ['report', runEnd(made).runId, 'failed']);
    assert.deepEqual(
      report.phases.map(({ id, state, commit }: Record<string, unknown>) => [id, state, commit]),
      [
        ['good', 'landed', bench.git('rev-parse', 'HEAD').trim()],
        ['bad', 'rejected', null],
      ],
    );
    const [landed, refused] = report.phases;
    assert.deepEqual([landed.criteria[0].criterion, landed.criteria[0].state], ['sum adds', 'met']);
    assert.deepEqual([landed.checks[0].command, landed.checks[0].exitCode], ['node --test test/sum.test.js', 0]);
    assert.equal(landed.checks[0].output, undefined);
    assert.equal(refused.findings[0].claim, 'Strings are joined, not added.');
    assert.equal(report.tiers[0].state, 'failed');
    assert.equal(report.tiers[0].reason, '1 major finding, limit 0');
    const sum = (key: 'phases' | 'byModel' | 'tiers') =>
      report[key].reduce((total: number, { spend }: any) => total + spend.cost.micros, 0);
    assert.deepEqual([sum('phases'), sum('byModel'), sum('tiers')], Array(3).fill(report.spend.cost.micros));
    assert.equal(report.cachedShare, 500 / 3000);
    assert.deepEqual(report.forecast, { p50Micros: null, p90Micros: null });
  });

  it('tells time by tier and model, what the run changed in the backlog, and how it went on', async () => {
    const finding = (claim: string, evidence: string) =>
      JSON.stringify({
        summary: 'See.',
        findings: [
          { severity: 'minor', category: 'quality', file: 'src/sum.js', line: 2, claim, evidence, suggestion: null },
        ],
      });
    const back = goodPatch.replace('-  return a - b;\n+  return a + b;', '-  return a + b;\n+  return b + a;');
    await bench.model([
      { role: 'builder', phase: 'good', text: goodPatch },
      { role: 'auditor', phase: 'good', text: finding('The names say nothing.', 'return a + b;') },
      { role: 'builder', phase: 'again', text: back },
      { role: 'auditor', phase: 'again', text: finding('The order is odd.', 'return b + a;') },
    ]);
    assert.equal((await bench.run('run', await good(), '--autonomy', 'full')).code, 0);
    const [first] = (await bench.run('report', '--json')).lines as [Record<string, any>];
    const claims = (issues: { claim: string }[]) => issues.map(({ claim }) => claim);
    assert.deepEqual([claims(first.backlog.added), first.backlog.closed], [['The names say nothing.'], []]);
    assert.ok(first.tiers[0].seconds > 0 && first.tiers[0].seconds <= first.seconds);
    assert.deepEqual(
      first.byModel.map(({ seconds }: { seconds: number }) => seconds >= 0),
      [true, true],
    );
    assert.deepEqual([first.promotion, first.continues], [null, null]);

    await bench.write(
      'plan.json',
      JSON.stringify({
        id: 'p',
        goal: 'Go on',
        tiers: [{ id: 't', phases: [{ id: 'again', goal: 'Turn.', ...nodeTest }] }],
      }),
    );
    const config = path.join(bench.home, 'merge.yaml');
    await bench.write('../home/merge.yaml', 'landing: { merge: false }\n');
    bench.environment.XDG_CONFIG_HOME = path.join(bench.home, 'own');
    await bench.write('../home/own/countersign/config.yaml', readFileSync(config, 'utf8'));
    assert.equal((await bench.run('run', 'plan.json', '--autonomy', 'full')).code, 0);
    assert.equal((await bench.run('promote')).code, 0);
    const [second] = (await bench.run('report', '--json')).lines as [Record<string, any>];
    assert.deepEqual(
      [claims(second.backlog.added), claims(second.backlog.closed)],
      [['The order is odd.'], ['The names say nothing.']],
    );
    assert.equal(second.promotion.how, 'fast-forward');
    const { out } = await bench.run('report');
    assert.match(
      out,
      /## Changes of the backlog\n\n- closed: minor quality `src\/sum\.js:2`: The names say nothing\.\n- added: /,
    );
    assert.match(out, /- Promoted: main went on to [0-9a-f]{10}/);
    assert.match(out, /\| tier \| state \| time \|/);
    // What the first run changed stays what it was.
    const [again] = (await bench.run('report', first.runId, '--json')).lines as [Record<string, any>];
    assert.deepEqual(again.backlog, first.backlog);
  });

  it('writes Markdown in which no text of a model or a spec is markup', async () => {
    const review = JSON.stringify({
      summary: 'See.',
      findings: [
        {
          severity: 'minor',
          category: 'quality',
          file: 'src/sum.js',
          line: 2,
          claim: '![x](https://attacker.example/x.png) <img src=x> | cell',
          evidence: 'return a + b;',
          suggestion: null,
        },
      ],
    });
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'auditor', text: review },
    ]);
    await bench.run('run', await good(), '--autonomy', 'gated');
    const file = path.join(bench.home, 'report.md');
    const done = await bench.run('report', '--out', file);
    assert.deepEqual([done.code, done.out], [0, `report ${file}\n`], done.err);
    const text = readFileSync(file, 'utf8');
    assert.match(text, /^# Mend/m);
    assert.ok(text.includes('### Mend \\| the \\*sum\\*'), text);
    assert.ok(text.includes('\\!\\[x\\]\\(https://attacker.example/x.png\\) \\<img src=x\\> \\| cell'), text);
    assert.doesNotMatch(text, /(?<!\\)<img|!\[x/);
    assert.match(text, /\| sum adds \| met \|/);
    const shown = await bench.run('report');
    assert.equal(shown.out.trim(), text.trim());
  });

  it('says that a file cannot be written, and which run is not there', async () => {
    await bench.model(obliging);
    await bench.run('run', await good(), '--autonomy', 'gated');
    const done = await bench.run('report', 'last', '--out', path.join(bench.home, 'no', 'such.md'), '--json');
    assert.deepEqual([done.code, done.lines[0]?.code], [2, 'arguments/invalid']);
    const none = await bench.run('report', 'nothing', '--json');
    assert.deepEqual([none.code, none.lines[0]?.code], [2, 'run/not-found']);
  });

  it('leaves a folder for each phase that failed, with nothing secret in it', async () => {
    const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123';
    await bench.model([
      { role: 'builder', text: goodPatch.replace('The sign was wrong.', `Was wrong (${secret}).`) },
      { role: 'auditor', phase: 'bad', text: majorReview },
      { role: 'auditor', text: cleanReview },
    ]);
    const made = await bench.run('run', await good(), await bad(), '--autonomy', 'gated', '--json');
    const folder = path.join(bench.directory, '.git', 'countersign', 'incidents', runEnd(made).runId);
    assert.deepEqual(readdirSync(folder), ['bad']);
    const read = (name: string) => readFileSync(path.join(folder, 'bad', name), 'utf8');
    const names = readdirSync(path.join(folder, 'bad'));
    assert.deepEqual(names, ['call-01.txt', 'call-02.txt', 'change.patch', 'checks.txt', 'incident.json']);
    const incident = JSON.parse(read('incident.json'));
    assert.deepEqual([incident.phaseId, incident.state], ['bad', 'rejected']);
    assert.ok(incident.environment.includes('LAB_KEY'));
    assert.deepEqual([incident.machine.node, incident.sandbox], [process.version, 'none']);
    assert.match(read('change.patch'), /\+ {2}return a \+ b;/);
    assert.match(read('checks.txt'), /\$ node --test test\/sum\.test\.js\n[\s\S]*\[passed, exit code 0\]/);
    const all = names.map(read).join('\n');
    assert.ok(!all.includes(secret) && !all.includes('sk-test-key-0123456789abcdef'));
    assert.match(all, /\[redacted:token\]/);
    const [report] = (await bench.run('report', '--json')).lines as [Record<string, any>];
    assert.equal(report.phases[1].incident, path.join(folder, 'bad'));
  });
});
