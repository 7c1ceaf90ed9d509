import assert from 'node:assert/strict';
import { type Bench, cleanReview, type Finished, finished, goodPatch, openBench, runEnd } from './support.ts';

const note = (name: string) => `\`\`\`diff\n--- /dev/null\n+++ b/${name}.md\n@@ -0,0 +1 @@\n+${name}\n\`\`\`\n`;

describe('a run that one process has', function () {
  this.timeout(180_000);
  let bench: Bench;
  let children: ReturnType<Bench['start']>[] = [];
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    children = [];
    await bench.close();
  });

  function begin(...words: string[]) {
    const child = bench.start(...words);
    children.push(child);
    let out = '';
    const looks = new Set<() => void>();
    child.stdout?.on('data', (part) => {
      out += part;
      for (const look of looks) look();
    });
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => out.includes(text) && resolve();
        looks.add(look);
        look();
      });
    return { child, until, end: finished(child) };
  }

  const willing = [
    { role: 'builder', text: goodPatch },
    { role: 'auditor', text: cleanReview },
  ];
  /** A check that goes on until it is told to end. */
  const untilTold = () => ({
    verify: [{ run: `while [ ! -e ${bench.home}/go ]; do sleep 0.1; done`, shell: true, timeout: 120 }],
  });
  const tell = () => bench.write('../home/go', '');

  /** A run whose process was killed in the middle of a check. */
  async function killed(): Promise<void> {
    const { child, until, end } = begin('run', await bench.phase('one', untilTold()), '--autonomy', 'gated', '--json');
    await until('check-start');
    child.kill('SIGKILL');
    await end;
  }

  const heldBy = ({ lines }: Finished) => {
    const last = lines.at(-1);
    assert.equal(last?.code, 'run/held', JSON.stringify(last));
    return String(last?.message);
  };

  it('goes on in the first of two resumes; the other says who has it, and pays nothing', async () => {
    await bench.model(willing);
    await killed();
    const before = bench.server?.requests.length ?? 0;
    const [one, two] = [begin('resume', 'last', '--json'), begin('resume', 'last', '--json')];
    await Promise.race([one.end, two.end]);
    await tell();
    const ends = await Promise.all([one.end, two.end]);
    const [landed, refused] = ends[0]?.code === 0 ? ends : ends.toReversed();
    assert.equal(landed?.code, 0, `${landed?.out}${landed?.err}`);
    assert.equal(refused?.code, 6, `${refused?.out}${refused?.err}`);
    const holder = ends[0] === landed ? one.child.pid : two.child.pid;
    assert.match(heldBy(refused as Finished), new RegExp(`^Run \\S+ is under way in process ${holder}\\.$`));
    const asked = bench.server?.requests.slice(before).map(({ role }) => role);
    assert.deepEqual(asked, ['auditor:correctness']);
    assert.equal(bench.git('rev-list', '--count', 'main').trim(), '2');
  });

  it('is refused to others while it is under way, and free again after a kill', async () => {
    await bench.model(willing);
    const run = begin('run', await bench.phase('one', untilTold()), '--autonomy', 'gated', '--json');
    await run.until('check-start');
    const refused = await bench.run('resume', 'last', '--json');
    assert.equal(refused.code, 6, refused.out + refused.err);
    assert.ok(heldBy(refused).includes(`process ${run.child.pid}`));
    run.child.kill('SIGKILL');
    await run.end;
    await tell();
    assert.equal((await bench.run('resume', 'last', '--json')).code, 0);
  });

  it('is free again where a resume was refused for another reason', async () => {
    await bench.model(willing);
    await killed();
    const wrong = await bench.run('resume', 'last', '--budget-usd', '1', '--json');
    assert.deepEqual([wrong.code, wrong.lines.at(-1)?.code], [2, 'arguments/invalid'], wrong.out);
    await tell();
    assert.equal((await bench.run('resume', 'last', '--json')).code, 0);
  });

  it('goes on while a person signs one of its phases from another process, and takes that up', async () => {
    await bench.model([
      { role: 'builder', phase: 'signed', text: note('signed') },
      { role: 'builder', phase: 'behind', text: note('behind') },
      { role: 'builder', phase: 'slow', text: note('slow') },
      { role: 'auditor', text: cleanReview },
    ]);
    const plan = await bench.phase('plan', {
      autonomy: 'gated',
      landing: { branch: 'current' },
      tiers: [
        {
          id: 'first',
          phases: [
            { id: 'signed', goal: 'a', risk: 'high' },
            { id: 'slow', goal: 'b', ...untilTold() },
          ],
        },
        { id: 'second', phases: [{ id: 'behind', goal: 'c', dependsOn: ['signed'] }] },
      ],
    });
    const run = begin('run', plan, '--json');
    await run.until('review-requested');
    await run.until('"state":"awaiting-review"');
    const signed = await bench.run('review', 'last/signed', '--approve', '--json');
    assert.equal(signed.code, 0, signed.out + signed.err);
    assert.ok(!signed.lines.some(({ type }) => type === 'run-end'), 'the other process ends the run');
    const refused = await bench.run('resume', 'last', '--json');
    assert.equal(refused.code, 6, refused.out);
    await tell();
    const done = await run.end;
    assert.equal(done.code, 0, done.out.slice(-3000) + done.err);
    assert.deepEqual(
      runEnd(done).phases.map(({ id, state }: Record<string, string>) => [id, state]),
      [
        ['signed', 'landed'],
        ['slow', 'landed'],
        ['behind', 'landed'],
      ],
    );
    assert.equal(bench.git('rev-list', '--count', 'main').trim(), '4');
  });
});
