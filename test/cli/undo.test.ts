import assert from 'node:assert/strict';
import { type Bench, cleanReview, goodPatch, nodeTest, obliging, openBench } from './support.ts';

const notesPatch = '```diff\n--- /dev/null\n+++ b/NOTES.md\n@@ -0,0 +1 @@\n+Notes.\n```\n';

describe('countersign undo and save-points', function () {
  this.timeout(120_000);
  let bench: Bench;
  let base: string;
  beforeEach(async () => {
    bench = await openBench();
    base = bench.git('rev-parse', 'HEAD').trim();
    await bench.model(obliging);
    const landed = await bench.run('run', await bench.phase('one', nodeTest));
    assert.equal(landed.code, 5, landed.out + landed.err);
    const approved = await bench.run('review', 'last', '--approve');
    assert.equal(approved.code, 0, approved.out + approved.err);
  });
  afterEach(() => bench.close());

  const head = () => bench.git('rev-parse', 'HEAD').trim();
  const status = async () => (await bench.run('status', '--json')).lines[0]?.runs[0];

  async function commitMine() {
    await bench.write('mine.txt', 'Mine.\n');
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'Mine');
  }

  it('takes a landing off as if it had not been, keeps it, and the history says so', async () => {
    const landed = head();
    const done = await bench.run('undo', 'last/one');
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.out, new RegExp(`^undone one ${landed}$`, 'm'));
    assert.equal(head(), base);
    assert.match(await bench.read('src/sum.js'), /a - b/);
    assert.equal(bench.git('status', '--porcelain').trim(), '');
    const kept = /stays under (\S+)/.exec(done.out)?.[1] as string;
    assert.equal(bench.git('rev-parse', kept).trim(), landed);
    assert.equal((await status()).phases[0].rolledBack, kept);
    const shown = (await bench.run('status')).out;
    assert.match(shown, /0 of 1 phase landed/);
    const [spend] = (await bench.run('spend', '--json')).lines;
    assert.equal(spend?.total.calls, 2, 'what was spent stays spent');
    const again = await bench.run('undo', 'last/one', '--json');
    assert.equal(again.code, 2);
    assert.equal(again.lines.at(-1)?.code, 'rollback/nothing-landed');
  });

  it('tells the event and the result as JSON lines alone', async () => {
    const done = await bench.run('undo', 'last', '--json');
    assert.deepEqual(
      done.lines.map(({ type }) => type),
      ['phase-undone', 'undo'],
    );
    const [event, result] = done.lines;
    assert.deepEqual([event?.phaseId, event?.kept], ['one', result?.kept]);
    assert.deepEqual([result?.branch, result?.to, result?.commitsLeft], ['refs/heads/main', base, 1]);
  });

  it('touches nothing where something was built on it, and says what to do instead', async () => {
    await commitMine();
    const mine = head();
    const refused = await bench.run('undo', 'last/one');
    assert.equal(refused.code, 6, refused.out + refused.err);
    assert.match(refused.err, /went on after the landing[\s\S]*countersign rollback/);
    assert.equal(head(), mine);
    assert.equal((await status()).phases[0].rolledBack, null);
  });

  it('touches nothing where an edit is in the way', async () => {
    await bench.write('src/sum.js', 'mine\n');
    const refused = await bench.run('undo', 'last/one', '--json');
    assert.equal(refused.code, 6);
    assert.equal(refused.lines.at(-1)?.code, 'repository/dirty-path');
    assert.equal(await bench.read('src/sum.js'), 'mine\n');
  });

  it('refuses a run or phase that is not there, none at all, and two', async () => {
    for (const words of [['nope'], ['last/two'], [], ['last', 'last']]) {
      assert.equal((await bench.run('undo', ...words)).code, 2, words.join(' '));
    }
  });

  it('lists save points, goes back to one past later work, and forward again', async () => {
    const landed = head();
    await commitMine();
    const mine = head();
    const [listed] = (await bench.run('save-points', '--json')).lines;
    const [point] = listed?.savePoints ?? [];
    assert.deepEqual([point?.kind, point?.branch, point?.commit], ['before', 'refs/heads/main', base]);
    const back = await bench.run('save-points', 'restore', point.id, '--json');
    assert.equal(back.code, 0, back.out + back.err);
    assert.equal(head(), base);
    const result = back.lines.at(-1);
    assert.equal(result?.commitsLeft, 2);
    assert.deepEqual(
      result?.undone.map((each: { commit: string }) => each.commit),
      [landed],
    );
    assert.match((await bench.run('status')).out, /0 of 1 phase landed/);

    const text = await bench.run('save-points');
    assert.match(text.out, /taken back +[0-9a-f]{10} +Mine/);
    const forward = await bench.run('save-points', 'restore', 'last');
    assert.equal(forward.code, 0, forward.out + forward.err);
    assert.equal(head(), mine);
    assert.match(forward.out, new RegExp(`^landed again one ${landed}$`, 'm'));
    assert.equal((await status()).phases[0].rolledBack, null);
    assert.match((await bench.run('status')).out, /1 of 1 phase landed/);
    assert.equal((await bench.run('rollback', 'last/one')).code, 0, 'it can be taken back again');
  });

  it('refuses a save point that is not there, is meant twice, or is where the branch is', async () => {
    bench.git('reset', '--quiet', '--hard', base);
    const code = async (...words: string[]) => (await bench.run('save-points', ...words, '--json')).lines.at(-1)?.code;
    assert.equal(await code('restore', 'nope'), 'rollback/no-save-point');
    assert.equal(await code('restore', 'last'), 'rollback/already-there');
    await bench.model([
      { role: 'builder', text: notesPatch },
      { role: 'auditor', text: cleanReview },
    ]);
    await bench.run('run', await bench.phase('two', nodeTest));
    assert.equal((await bench.run('review', 'last', '--approve')).code, 0);
    assert.equal(await code('restore', '20'), 'rollback/no-save-point', 'both ids begin with the year');
    for (const words of [['restore'], ['remove', 'last'], ['list', 'x'], ['restore', 'a', 'b']]) {
      assert.equal(await code(...words), 'arguments/invalid', words.join(' '));
    }
  });

  it('says that there are none yet', async () => {
    const empty = await openBench();
    try {
      assert.match((await empty.run('save-points', 'list')).out, /None yet/);
      assert.deepEqual((await empty.run('save-points', '--json')).lines[0]?.savePoints, []);
    } finally {
      await empty.close();
    }
  });
});

describe('who lands', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const people = () => bench.git('log', '-1', '--format=%an <%ae> / %cn <%ce>').trim();
  const two = [
    { role: 'builder', text: goodPatch },
    { role: 'auditor', text: cleanReview },
  ] as const;
  const landing = { author: 'Build Bot <bot@example.org>', committer: 'Grace <grace@example.org>' };
  const both = 'Build Bot <bot@example.org> / Grace <grace@example.org>';

  async function land(config: Record<string, unknown>) {
    await bench.model(two, config);
    const done = await bench.run('run', await bench.phase('one', nodeTest));
    assert.equal(done.code, 0, done.out + done.err);
  }

  it('is the user unless they name others, for a landing and for what takes it back', async () => {
    await land({ autonomy: 'full' });
    assert.equal(people(), 'Ada <ada@example.com> / Ada <ada@example.com>');
    await bench.run('undo', 'last');
    await land({ autonomy: 'full', landing });
    assert.equal(people(), both);
    assert.equal((await bench.run('rollback', 'last')).code, 0);
    assert.equal(people(), both);
  });

  it('is never said by a workspace alone', async () => {
    await bench.write('.countersign/config.yaml', 'landing: { author: "Eve <eve@example.org>" }\n');
    await bench.model(two, { autonomy: 'full' });
    const done = await bench.run('run', await bench.phase('one', nodeTest));
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.err, /landing\.author/);
    assert.match(people(), /^Ada /);
  });

  it('is refused where it is no name with an address', async () => {
    await bench.model(two, { landing: { author: 'Eve' } });
    const refused = await bench.run('run', await bench.phase('one', nodeTest), '--json');
    assert.equal(refused.code, 2);
    assert.match(refused.lines.at(-1)?.message, /NAME <EMAIL>/);
  });
});
