import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from '../../src/checks/find-program.ts';
import { type Bench, nodeTest, obliging, openBench, runEnd } from './support.ts';

describe('a machine without a sandbox', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    // Everything that a run needs, and no bubblewrap.
    const programs = path.join(bench.home, 'programs');
    mkdirSync(programs);
    for (const name of ['git', 'sh', 'env']) {
      const found = await findProgram(name, { environment: process.env, directory: '/' });
      assert.ok(found, name);
      symlinkSync(found, path.join(programs, name));
    }
    symlinkSync(process.execPath, path.join(programs, 'node'));
    bench.environment.PATH = programs;
  });
  afterEach(() => bench.close());

  it('runs checks, and says once that they are not held back', async () => {
    await bench.model(obliging, { checks: { sandbox: 'auto' } });
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    assert.equal(done.err.match(/Checks run without a sandbox: bubblewrap/g)?.length, 1, done.err);
  });

  it('runs none where a sandbox is required', async () => {
    await bench.model(obliging, { checks: { sandbox: 'require' } });
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 6, done.err + done.out);
    assert.equal(runEnd(done).phases[0].state, 'failed');
    assert.ok(!done.lines.some(({ type }) => type === 'check-start'));
  });
});
