import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRepository } from '../../src/git/open-repository.ts';
import { actionNames } from './actions.ts';
import { type Ground, groundOf, inPairs } from './ground.ts';
import { copyOf, differences, leftovers, type Observed, observe, removeCopy } from './observe.ts';
import { tally } from './tally.ts';

const childProgram = join(import.meta.dirname, 'child.ts');

const compiled = mkdtempSync(join(tmpdir(), 'countersign-compiled-'));
after(() => rmSync(compiled, { recursive: true, force: true }));

/** Runs the action in a process of its own. Resolves with the signal that ended it, or its exit code. */
function runChild(words: readonly string[], killAfter?: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', childProgram, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const timer = killAfter === undefined ? null : setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (timer) clearTimeout(timer);
      if (code === 1) reject(new Error(errors));
      else resolve(signal ?? String(code));
    });
  });
}

/** Recovers in this process and holds the outcome against both allowed states. */
async function verify(ground: Ground, copy: ReturnType<typeof copyOf>, label: string): Promise<void> {
  const repository = await openRepository(copy.root, { environment: copy.environment });
  await repository.recover();
  const now = observe(copy);
  const toBefore = [...differences(now, ground.before)];
  const toAfter = differences(now, ground.after);
  const wrong =
    toBefore.length === 0 || toAfter.length === 0
      ? []
      : [`neither before nor after: ${[...toBefore, ...toAfter].join('; ')}`];
  wrong.push(...leftovers(copy).map((path) => `left behind: ${path}`));
  tally.record(label, wrong);
  assert.deepEqual(wrong, [], label);
}

describe('a kill at any step', function () {
  this.timeout(240_000);

  for (const action of actionNames) {
    describe(action, () => {
      let ground: Ground;
      before(async () => {
        ground = await groundOf(action);
      });
      after(() => ground.template.remove());

      for (const victims of ['self', 'all'] as const) {
        it(`is recovered from where ${victims === 'self' ? 'only this process dies' : 'everything dies at once'}`, async () => {
          const steps = action === 'landing' ? ground.steps : ground.steps.filter(({ occurrence }) => occurrence === 1);
          assert.ok(steps.length > 0);
          await inPairs(steps, async ({ name, occurrence }) => {
            const copy = copyOf(ground.template.folder);
            try {
              const end = await runChild([copy.folder, action, name, String(occurrence), victims]);
              assert.equal(end, 'SIGKILL', `the child dies at ${name}`);
              await verify(ground, copy, `kill ${victims} at ${name} ${occurrence}`);
            } finally {
              removeCopy(copy);
            }
          });
        });
      }
    });
  }

  it('is recovered from where the recovery is killed as well', async () => {
    const ground = await groundOf('landing');
    const cases = [
      ['landing/placed', 'landing/file-removed'],
      ['landing/files-put', 'landing/file-removed'],
      ['landing/files-put', 'landing/file-restored'],
      ['landing/files-put', 'landing/undone'],
      ['landing/refs-moved', 'landing/index-replaced'],
      ['landing/refs-moved', 'landing/index-unlocked'],
    ] as const;
    try {
      await inPairs(cases, async ([first, second]) => {
        const copy = copyOf(ground.template.folder);
        try {
          assert.equal(await runChild([copy.folder, 'landing', first, '1', 'all']), 'SIGKILL');
          assert.equal(await runChild([copy.folder, 'recover', second, '1', 'all']), 'SIGKILL', second);
          await verify(ground, copy, `kill at ${first}, then at ${second}`);
        } finally {
          removeCopy(copy);
        }
      });
    } finally {
      ground.template.remove();
    }
  });

  it('is recovered from at moments that no step names', async () => {
    const ground = await groundOf('landing');
    try {
      const delays = Array.from({ length: 24 }, (_, index) => 180 + index * 14);
      await inPairs(delays, async (delay) => {
        const copy = copyOf(ground.template.folder);
        try {
          await runChild([copy.folder, 'landing', 'never', '1', 'self'], delay);
          await verify(ground, copy, `kill after ${delay} ms`);
        } finally {
          removeCopy(copy);
        }
      });
    } finally {
      ground.template.remove();
    }
  });

  it('keeps what the user edited between the kill and the recovery', async () => {
    const ground = await groundOf('landing');
    const own = 'edited after the kill\n';
    try {
      await inPairs(ground.steps, async ({ name, occurrence }) => {
        const copy = copyOf(ground.template.folder);
        try {
          assert.equal(await runChild([copy.folder, 'landing', name, String(occurrence), 'all']), 'SIGKILL');
          writeFileSync(join(copy.root, 'changed.txt'), own);
          const repository = await openRepository(copy.root, { environment: copy.environment });
          await repository.recover();
          const now = observe(copy);
          const rest = (observed: Observed) => ({ ...observed, files: { ...observed.files, 'changed.txt': '' } });
          const wrong = leftovers(copy).map((path) => `left behind: ${path}`);
          if (readFileSync(join(copy.root, 'changed.txt'), 'utf8') !== own) wrong.push('the edit is lost');
          const states = [ground.before, ground.after].map((state) => differences(rest(now), rest(state)));
          if (states.every((found) => found.length > 0)) wrong.push(states.flat().join('; '));
          tally.record(`edit after a kill at ${name} ${occurrence}`, wrong);
          assert.deepEqual(wrong, [], `${name} ${occurrence}`);
        } finally {
          removeCopy(copy);
        }
      });
    } finally {
      ground.template.remove();
    }
  });
});
