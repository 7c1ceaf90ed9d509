import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../../src/domain/engine-error.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { landRequest, type Scratch, scratchRepository, stagedByGit } from '../unit/git/support.ts';
import { copyOf, differences, leftovers, observe, removeCopy } from './observe.ts';
import { tally } from './tally.ts';
import { suiteWithMounts } from './with-mounts.ts';

const block = 4096;

suiteWithMounts(import.meta.filename, 'a disk that is full', function () {
  this.timeout(120_000);
  let disk = '';
  let template: Scratch;
  let change: ReturnType<typeof stagedByGit>;

  before(() => {
    disk = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-disk-')));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    template = scratchRepository({ 'large.txt': 'old\n'.repeat(10_000), 'gone.txt': 'gone\n', 'dirty.txt': 'clean\n' });
    change = stagedByGit(template, () => {
      template.write('large.txt', 'new\n'.repeat(20_000));
      template.write('more/large.txt', 'more\n'.repeat(20_000));
      template.git('rm', '--quiet', 'gone.txt');
    });
    template.write('dirty.txt', 'dirty\n');
    template.write('untracked.txt', 'untracked\n');
  });

  after(() => {
    if (template) template.remove();
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  /** Lands with so many bytes free; 'landed', or the code of the fault. */
  async function landWith(freeBytes: number): Promise<string> {
    const copy = copyOf(template.folder, disk);
    const filler = join(disk, 'filler');
    try {
      const before = observe(copy);
      const repository = await openRepository(copy.root, { environment: copy.environment });
      const free = statfsSync(disk).bavail * block;
      writeFileSync(filler, Buffer.alloc(Math.max(0, free - freeBytes)));
      let outcome: string;
      try {
        const landed = await repository.land(landRequest(change));
        outcome = landed.ok ? 'landed' : landed.fault.code;
      } catch (error) {
        outcome = error instanceof EngineError ? error.fault.code : String(error);
      }
      rmSync(filler);
      await repository.recover();
      const now = observe(copy);
      const wrong = leftovers(copy).map((path) => `left behind: ${path}`);
      if (outcome === 'landed') {
        if (now.tree !== change.tree) wrong.push('it says landed and is not');
      } else wrong.push(...differences(now, before));
      if (!['landed', 'environment/disk-full'].includes(outcome)) wrong.push(`it says ${outcome}`);
      tally.record(`${freeBytes} bytes free`, wrong);
      assert.deepEqual(wrong, [], `${freeBytes} bytes free`);
      return outcome;
    } finally {
      rmSync(filler, { force: true });
      removeCopy(copy);
    }
  }

  it('stops a landing without a trace, however little is left', async () => {
    const outcomes = new Set<string>();
    for (let blocks = 0; blocks <= 96; blocks += 4) outcomes.add(await landWith(blocks * block));
    for (let blocks = 1; blocks <= 11; blocks += 1) outcomes.add(await landWith(blocks * block));
    assert.deepEqual([...outcomes].sort(), ['environment/disk-full', 'landed']);
  });
});
