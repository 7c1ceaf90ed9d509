import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { openApprovals } from '../../src/config/approvals.ts';
import { type Bench, openBench } from './support.ts';

const wanted = 'budget: { usd: 40 }\nchecks: { setup: ["npm ci"] }\nparallel: 1\n';

describe('countersign config approve', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    await bench.write('.countersign/config.yaml', wanted);
  });
  afterEach(() => bench.close());

  const settingOf = async (key: string, ...words: string[]) => {
    const shown = await bench.run('config', 'show', '--json', '--origin', ...words);
    assert.equal(shown.code, 0, shown.err);
    return shown.lines[0]?.settings.find((setting: { key: string }) => setting.key === key)?.value;
  };

  it('shows what it approves, and lets it count until the file changes', async () => {
    assert.equal(await settingOf('budget.usd'), 5);
    const approved = await bench.run('config', 'approve', '--yes');
    assert.equal(approved.code, 0, approved.err);
    assert.match(approved.out, /budget\.usd +40/);
    assert.match(approved.out, /checks\.setup +\["npm ci"\]/);
    assert.doesNotMatch(approved.out, /parallel/);
    assert.equal(await settingOf('budget.usd'), 40);
    await bench.write('.countersign/config.yaml', wanted.replace('40', '41'));
    assert.equal(await settingOf('budget.usd'), 5);
  });

  it('approves nothing where nobody can be asked, and says how', async () => {
    const refused = await bench.run('config', 'approve', '--json');
    assert.equal(refused.code, 2, refused.err);
    const [listed, fault] = refused.lines;
    assert.deepEqual(
      [listed?.type, listed?.approved, listed?.keys, listed?.values['budget.usd']],
      ['approval', false, ['budget.usd', 'checks.setup'], 40],
    );
    assert.deepEqual([fault?.type, fault?.code], ['fault', 'arguments/invalid']);
    assert.match(fault?.message, /--yes/);
    assert.equal(await settingOf('budget.usd'), 5);
  });

  it('has nothing to ask where every key counts, or no file is there', async () => {
    await bench.write('.countersign/config.yaml', 'parallel: 1\n');
    const done = await bench.run('config', 'approve', '--json');
    assert.deepEqual([done.code, done.lines[0]?.approved, done.lines[0]?.file], [0, false, null]);
  });

  it('leaves a configuration that cannot be read unapproved', async () => {
    await bench.write('.countersign/config.yaml', 'budget: { usd: many }\n');
    const refused = await bench.run('config', 'approve', '--yes', '--json');
    assert.deepEqual([refused.code, refused.lines[0]?.code], [2, 'config/invalid']);
  });

  it('shares one store with the editor: what was approved there counts here', async () => {
    const file = `${bench.git('rev-parse', '--show-toplevel').trim()}/.countersign/config.yaml`;
    const hash = createHash('sha256').update(wanted).digest('hex');
    await (await openApprovals(bench.environment)).approve({ file, hash });
    assert.equal(await settingOf('budget.usd'), 40);
    const unneeded = await bench.run('config', 'approve');
    assert.equal(unneeded.code, 0);
    assert.match(unneeded.out, /counts already/);
  });

  it('is not what --trust-workspace does: that counts for one command', async () => {
    assert.equal(await settingOf('budget.usd', '--trust-workspace'), 40);
    assert.equal(await settingOf('budget.usd'), 5);
  });

  it('does not let a repository approve itself', async () => {
    const hash = createHash('sha256').update(wanted).digest('hex');
    const file = `${bench.git('rev-parse', '--show-toplevel').trim()}/.countersign/config.yaml`;
    for (const place of ['.countersign/approvals.json', '.git/countersign/approvals.json', 'approvals.json'])
      await bench.write(place, JSON.stringify([{ file, hash }]));
    assert.equal(await settingOf('budget.usd'), 5);
  });
});
