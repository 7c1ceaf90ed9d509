import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { type Bench, breakingPatch, cleanReview, goodPatch, nodeTest, openBench } from './support.ts';

describe('countersign train', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    // The first attempt fails its check, the second lands: a pair.
    await bench.model([
      { role: 'builder', attempt: 1, text: breakingPatch, usage: { input: 1000, output: 100 } },
      { role: 'builder', attempt: 2, text: goodPatch, usage: { input: 1500, output: 100 } },
      { role: 'reflector', text: 'The sum must stay a number.' },
      { role: 'auditor', text: cleanReview },
    ]);
    const strict = { verify: [{ run: 'node --test test/sum.test.js' }] };
    const done = await bench.run(
      'run',
      await bench.phase('fix-sum', { ...nodeTest, ...strict }),
      '--autonomy',
      'gated',
    );
    assert.equal(done.code, 0, done.out + done.err);
  });
  afterEach(() => bench.close());

  it('makes a dataset whose every file its own validator accepts', async () => {
    const made = await bench.run('train', 'prepare', '--out', 'data', '--held-out', '0', '--json');
    assert.equal(made.code, 0, made.out + made.err);
    const [result] = made.lines;
    assert.deepEqual([result?.collected, result?.proven, result?.pairs], [2, 1, 1]);
    const files = (await readdir(path.join(bench.directory, 'data'))).filter((name) => name.endsWith('.train.jsonl'));
    assert.ok(files.length >= 12);
    for (const file of files) {
      const judged = await bench.run('trajectories', 'validate', path.join('data', file), '--json');
      assert.deepEqual(judged.lines[0]?.faults, [], file);
      // Three formats have a least number of rows, which two attempts do not reach.
      assert.equal(judged.code, file.startsWith('openai-') ? 3 : 0, file + judged.out);
    }
    const [pair] = (await bench.read('data/trl-dpo.train.jsonl')).trim().split('\n');
    const { chosen, rejected } = JSON.parse(pair as string);
    assert.equal(chosen[0].content, goodPatch);
    assert.equal(rejected[0].content, breakingPatch);
  });

  it('takes a landing that was rolled back for no proof', async () => {
    assert.equal((await bench.run('rollback', 'last')).code, 0);
    const made = await bench.run('train', 'prepare', '--out', 'data', '--format', 'trl-sft', '--json');
    assert.equal(made.lines[0]?.proven, 0);
    assert.ok(made.lines[0]?.manifest.leftOut.some(({ reason }: { reason: string }) => /rolled back/.test(reason)));
  });

  it('writes over nothing and leaves nothing half done', async () => {
    await bench.write('data/mine.txt', 'mine');
    const made = await bench.run('train', 'prepare', '--out', 'data', '--json');
    assert.equal(made.code, 2);
    assert.deepEqual(await readdir(path.join(bench.directory, 'data')), ['mine.txt']);
  });

  it('says what is wrong with its arguments', async () => {
    for (const words of [
      ['--format', 'parchment'],
      ['--held-out', '1'],
      ['--held-out', 'half'],
      ['--since', 'yesterday-ish'],
    ]) {
      const made = await bench.run('train', 'prepare', ...words, '--json');
      assert.equal(made.code, 2, words.join(' '));
    }
    assert.equal((await bench.run('trajectories', 'validate', 'none.jsonl', '--format', 'atif', '--json')).code, 2);
    assert.equal((await bench.run('trajectories', 'validate', '--json')).code, 2);
  });

  it('says what is missing before there is enough', async () => {
    const checked = await bench.run('train', 'check', '--json');
    assert.equal(checked.code, 3);
    assert.equal(checked.lines[0]?.ready, false);
    assert.match(checked.lines[0]?.bars[0].missing, /98 more trajectories/);
  });

  it('names row, field and reason of a fault in a file', async () => {
    await bench.write('bad.jsonl', '{"prompt": [], "chosen": [], "rejected": []}\n');
    const judged = await bench.run('trajectories', 'validate', 'bad.jsonl', '--format', 'trl-dpo');
    assert.equal(judged.code, 3);
    assert.match(judged.out, /^row 1, prompt: /);
  });

  describe('with a judge', () => {
    const marks = (mark: number) =>
      JSON.stringify({ accuracy: mark, completeness: mark, efficiency: mark, reason: 'so' });
    const scores = JSON.stringify({
      scores: [
        { id: '1', explanation: 'breaks the sum', score: 0.1 },
        { id: '2', explanation: 'adds', score: 0.95 },
      ],
    });
    // No judge is named, so the auditor's model judges.
    const judging = () =>
      bench.model([
        {
          role: 'judge',
          contains: ['You compare several attempts'],
          text: scores,
          usage: { input: 1000, output: 100 },
        },
        { role: 'judge', contains: ["'none'"], text: marks(1), usage: { input: 1000, output: 100 } },
        { role: 'judge', text: marks(5), usage: { input: 1000, output: 100 } },
      ]);
    const prepare = (out: string, ...words: string[]) =>
      bench.run('train', 'prepare', '--out', out, '--held-out', '0', '--json', ...words);

    it('asks nobody unless it is told to', async () => {
      await judging();
      assert.equal((await prepare('data')).lines[0]?.judge, null);
      assert.equal(bench.server?.requests.length, 0);
    });

    it('writes the judge’s rewards beside those from what was run, metered as a run of its own', async () => {
      await judging();
      const made = await prepare('data', '--judge', 'both');
      assert.equal(made.code, 0, made.out + made.err);
      const { judge } = made.lines[0] ?? {};
      assert.deepEqual([judge.asked, judge.judged, judge.model, judge.costMicros], [3, 2, 'lab/auditor', 3600]);
      const [group] = (await bench.read('data/art-groups.train.jsonl')).trim().split('\n');
      const { trajectories } = JSON.parse(group as string);
      assert.deepEqual(
        trajectories.map(({ reward }: { reward: number }) => reward),
        [0.1, 0.95],
      );
      assert.ok(trajectories[1].metrics.independent_reward > trajectories[0].metrics.independent_reward);
      const spend = await bench.run('spend', '--by', 'role', '--json');
      const row = spend.lines[0]?.rows.find(({ key }: { key: string }) => key === 'judge');
      assert.deepEqual([row.calls, row.costMicros], [3, 3600]);
      assert.match(await bench.read('data/README.md'), /judged by lab\/auditor/);
    });

    it('pays for no answer twice', async () => {
      await judging();
      await prepare('data', '--judge', 'both');
      const again = await prepare('more', '--judge', 'both');
      assert.deepEqual([again.lines[0]?.judge.asked, again.lines[0]?.judge.kept], [0, 3]);
      assert.equal(bench.server?.requests.length, 3);
      assert.equal(await bench.read('data/art-groups.train.jsonl'), await bench.read('more/art-groups.train.jsonl'));
    });

    it('stops at what it may cost, writes what there is, and says so by its exit code', async () => {
      await judging();
      const made = await prepare('data', '--judge', 'both', '--judge-usd', '0.000001');
      assert.equal(made.code, 4, made.out + made.err);
      assert.deepEqual([made.lines[0]?.judge.asked, made.lines[0]?.judge.unpaid], [0, 1]);
      assert.equal(bench.server?.requests.length, 0);
      assert.match(await bench.read('data/README.md'), /budget was spent/);
    });

    it('says what is wrong with how it was asked for', async () => {
      for (const words of [
        ['--judge', 'harsh'],
        ['--judge-usd', '1'],
        ['--judge', 'self', '--judge-usd', 'all'],
      ]) {
        assert.equal((await prepare('data', ...words)).code, 2, words.join(' '));
      }
    });
  });

  describe('in a profile', () => {
    const own = `export const summary = 'In brackets.';
export const transform = (reply) => (reply.startsWith('[') ? reply : '[' + reply + ']');
`;
    const prepare = (out: string, ...words: string[]) =>
      bench.run('train', 'prepare', '--out', out, '--format', 'trl-sft', '--held-out', '0', '--json', ...words);
    const replyIn = async (folder: string) =>
      JSON.parse(await bench.read(`${folder}/trl-sft.train.jsonl`)).messages.at(-1).content as string;

    it('writes replies in a built-in form, and names those there are', async () => {
      assert.equal((await prepare('data', '--profile', 'answer-tag')).code, 0);
      assert.equal(await replyIn('data'), `<<ANS_START>>\n${goodPatch}\n<<ANS_END>>`);
      assert.equal(JSON.parse(await bench.read('data/manifest.json')).origin.profile.name, 'answer-tag');
      const unknown = await prepare('more', '--profile', 'none-such');
      assert.equal(unknown.code, 2);
      assert.match(unknown.lines[0]?.remedy, /`plain`, `think-tag`, `answer-tag`/);
    });

    it('runs a program of the workspace only once its content was approved', async () => {
      await bench.write('.countersign/profiles/brackets.mjs', own);
      const asked = await prepare('data', '--profile', 'brackets');
      assert.deepEqual([asked.code, asked.lines[0]?.code], [2, 'profile/unapproved']);
      assert.equal((await bench.run('profiles', 'approve', '--json')).code, 2);
      const approved = await bench.run('profiles', 'approve', '--yes', '--json');
      assert.deepEqual(approved.lines[0]?.approved, ['brackets']);
      const made = await prepare('data', '--profile', 'brackets');
      assert.equal(made.code, 0, made.out + made.err);
      assert.equal(await replyIn('data'), `[${goodPatch}]`);
      const listed = await bench.run('profiles', 'list', '--json');
      assert.deepEqual(
        listed.lines[0]?.profiles.map(({ name, from }: Record<string, string>) => `${name} ${from}`),
        ['plain built in', 'think-tag built in', 'answer-tag built in', 'brackets workspace'],
      );
      await bench.write('.countersign/profiles/brackets.mjs', own.replace("']'", "'>'"));
      assert.equal((await prepare('more', '--profile', 'brackets')).lines[0]?.code, 'profile/unapproved');
      assert.equal((await prepare('more', '--profile', 'brackets', '--trust-workspace')).code, 0);
    });

    it('leaves nothing behind where the program breaks its word', async () => {
      await bench.write(
        '.countersign/profiles/dice.mjs',
        'export const transform = (reply) => reply + Math.random();\n',
      );
      const made = await prepare('data', '--profile', 'dice', '--trust-workspace');
      assert.deepEqual([made.code, made.lines[0]?.code], [2, 'profile/failed']);
      assert.match(made.lines[0]?.message, /not deterministic/);
      assert.ok(!(await readdir(bench.directory)).some((name) => /data|dataset/.test(name)));
    });
  });

  describe('chooses what goes in', () => {
    const prepare = (...words: string[]) => bench.run('train', 'prepare', '--out', 'data', '--json', ...words);
    const reasons = (lines: readonly Record<string, any>[]) =>
      lines[0]?.manifest.leftOut.map(({ reason }: { reason: string }) => reason).join('; ');

    it('by the licence of the repository, as its files or the configuration have it', async () => {
      const none = await prepare('--licence', 'MIT');
      assert.deepEqual([none.lines[0]?.collected, none.code], [0, 0]);
      assert.match(reasons(none.lines), /licence of the repository is not known/);
      await bench.write('package.json', '{ "type": "module", "license": "Apache-2.0" }\n');
      bench.git('commit', '--all', '--quiet', '--message', 'License');
      const { lines } = await bench.run('train', 'prepare', '--out', 'other', '--json', '--licence', 'MIT');
      assert.match(reasons(lines), /under Apache-2.0/);
      const good = await bench.run('train', 'prepare', '--out', 'more', '--json', '--licence', 'apache-2.0');
      assert.equal(good.lines[0]?.collected, 2);
      assert.match(await bench.read('more/README.md'), /under Apache-2\.0 \(read from package\.json\)/);
    });

    it('by its time and its number, newest first', async () => {
      const one = await prepare('--size', '1');
      assert.equal(one.lines[0]?.collected, 1);
      assert.match(reasons(one.lines), /older than those that were asked for/);
      const past = await bench.run('train', 'prepare', '--out', 'past', '--json', '--window', '2020-01-01T10');
      assert.equal(past.lines[0]?.collected, 0);
      assert.equal((await prepare('--size', '0')).code, 2);
      assert.equal((await prepare('--window', '2020-01-01T99')).code, 2);
    });

    it('only when there is enough, if that is asked for, but by force all the same', async () => {
      const early = await prepare('--when-ready');
      assert.deepEqual([early.code, early.lines[0]?.code], [3, 'training/not-ready']);
      assert.ok(!(await readdir(bench.directory)).includes('data'));
      const forced = await prepare('--when-ready', '--force');
      assert.deepEqual([forced.code, forced.lines[0]?.ready], [0, false]);
    });

    it('not what its phase opted out of', async () => {
      await bench.model([
        {
          role: 'builder',
          text: goodPatch.replaceAll('a - b', 'a + b').replaceAll('+  return a + b', '+  return b + a'),
        },
        { role: 'auditor', text: cleanReview },
      ]);
      const phase = await bench.phase('quiet', { ...nodeTest, trajectory: 'totals' });
      const done = await bench.run('run', phase, '--autonomy', 'gated');
      assert.equal(done.code, 0, done.out + done.err);
      const made = await prepare();
      assert.equal(made.lines[0]?.collected, 2);
      assert.match(reasons(made.lines), /opted out/);
    });
  });

  describe('and one file of one format', () => {
    it('holds what a dataset would, without a split', async () => {
      const { code, out } = await bench.run('trajectories', 'export', '--format', 'trl-dpo');
      assert.equal(code, 0);
      assert.equal(JSON.parse(out).chosen[0].content, goodPatch);
      const filed = await bench.run('trajectories', 'export', '--format', 'atif', '--out', 'all.jsonl', '--json');
      assert.deepEqual([filed.lines[0]?.rows, filed.lines[0]?.format], [2, 'atif']);
      const judged = await bench.run('trajectories', 'validate', 'all.jsonl', '--format', 'atif', '--json');
      assert.equal(judged.lines[0]?.ok, true);
      const none = await bench.run('trajectories', 'export', '--format', 'atif', '--since', '2090-01-01');
      assert.deepEqual([none.code, none.out], [0, '']);
    });

    it('is Parquet where that is asked for, of trajectories and of tables', async () => {
      for (const [words, rows] of [
        [['--format', 'trl-sft', '--parquet'], 1],
        [['calls', '--format', 'parquet', '--texts'], 4],
      ] as const) {
        const made = await bench.run('trajectories', 'export', ...words, '--out', 'x.parquet', '--json');
        assert.equal(made.code, 0, made.out + made.err);
        const file = await asyncBufferFromFile(path.join(bench.directory, 'x.parquet'));
        const read = await parquetReadObjects({ file });
        assert.equal(read.length, made.lines[0]?.rows);
        assert.ok(read.length >= rows);
      }
      for (const words of [
        ['--format', 'parquet'],
        ['runs', '--format', 'trl-sft'],
        ['--format', 'trl-sft', '--parquet'],
      ]) {
        assert.equal((await bench.run('trajectories', 'export', ...words, '--json')).code, 2, words.join(' '));
      }
    });
  });

  it('takes what a person left a hunk out of for no proof, and keeps what became of the hunks', async () => {
    const twoHunks = `\`\`\`diff
--- a/src/list.js
+++ b/src/list.js
@@ -1,3 +1,3 @@
-export const first = 1;
+export const first = 10;
 // 2
 // 3
@@ -8,3 +8,3 @@
 // 8
 // 9
-export const last = 2;
+export const last = 20;
\`\`\`
`;
    const middle = Array.from({ length: 8 }, (_, at) => `// ${at + 2}\n`).join('');
    await bench.write('src/list.js', `export const first = 1;\n${middle}export const last = 2;\n`);
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'List');
    await bench.model([
      { role: 'builder', text: twoHunks },
      { role: 'auditor', text: cleanReview },
    ]);
    const waiting = await bench.run('run', await bench.phase('list', nodeTest));
    assert.equal(waiting.code, 5, waiting.out + waiting.err);
    const signed = await bench.run('review', 'last', '--approve', '--hunks', 'src/list.js:1');
    assert.equal(signed.code, 0, signed.out + signed.err);
    assert.match(await bench.read('src/list.js'), /first = 10;[\s\S]*last = 2;/);
    const { out } = await bench.run('trajectories', 'export', '--format', 'atif', '--run', 'last');
    const { outcome } = JSON.parse(out).extra.countersign;
    assert.deepEqual([outcome.landed, outcome.hunks], [true, { accepted: 1, edited: 0, rejected: 1 }]);
    const made = await bench.run('train', 'prepare', '--out', 'data', '--format', 'trl-sft', '--json');
    assert.deepEqual([made.lines[0]?.collected, made.lines[0]?.proven], [3, 1]);
    assert.match(await bench.read('data/README.md'), /a person left a part of it out/);
  });
});
