import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openRepository } from '../../src/git/open-repository.ts';
import { plainGit } from '../unit/git/support.ts';
import { type ActionName, act } from './actions.ts';
import { type Ground, groundOf, inPairs } from './ground.ts';
import { type Copy, copyOf, differences, leftovers, type Observed, observe, removeCopy } from './observe.ts';
import { tally } from './tally.ts';

const own = 'written by the user meanwhile\n';

/** Something the user does between two steps. An edit names its file; a git command may be refused by a lock. */
interface Deed {
  readonly name: string;
  /** The file that must hold the user's text afterwards, whatever becomes of the action. */
  readonly edits?: string;
  /** The git command, which must have no effect at all where it fails. */
  readonly git?: readonly string[];
  /** Written as editors do that save to another file first. */
  readonly atomic?: boolean;
}

const deeds: readonly Deed[] = [
  { name: 'edits a file that changes', edits: 'changed.txt' },
  { name: 'saves a file that changes by rename', edits: 'changed.txt', atomic: true },
  { name: 'edits an executable that changes', edits: 'script.sh' },
  { name: 'edits a file that goes', edits: 'gone/deep/leaves.txt' },
  { name: 'creates a file where one is made', edits: 'new/deep/file.txt' },
  { name: 'edits a file that does not change', edits: 'dirty.txt' },
  { name: 'creates another file', edits: 'another/file.txt' },
  { name: 'commits', git: ['commit', '--quiet', '-m', 'by the user'] },
  { name: 'commits everything', git: ['commit', '--quiet', '--all', '-m', 'by the user'] },
  { name: 'adds', git: ['add', 'untracked.txt'] },
  { name: 'switches', git: ['switch', '--quiet', 'elsewhere'] },
  { name: 'detaches', git: ['switch', '--quiet', '--detach'] },
  { name: 'resets', git: ['reset', '--quiet', '--soft', 'HEAD'] },
];

/** A landing meets every deed; the others, which go the same way, those that their own steps might mishandle. */
function isTelling(action: ActionName, deed: Deed): boolean {
  if (action === 'landing') return true;
  if (action === 'rollback')
    return ['changed.txt', 'new/deep/file.txt', 'gone/deep/leaves.txt'].includes(deed.edits ?? '');
  return deed.git !== undefined || deed.edits === 'changed.txt';
}

/** Does the deed; true where it took effect. */
function doIt(copy: Copy, deed: Deed): boolean {
  if (deed.edits) {
    const path = join(copy.root, deed.edits);
    try {
      mkdirSync(dirname(path), { recursive: true });
      if (deed.atomic) {
        writeFileSync(`${path}~`, own);
        renameSync(`${path}~`, path);
      } else writeFileSync(path, own);
      return true;
    } catch {
      return false;
    }
  }
  try {
    execFileSync('git', [...(deed.git ?? [])], { cwd: copy.root, env: copy.environment, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What must hold after the user got in between. */
function violations(ground: Ground, copy: Copy, deed: Deed, done: boolean, now: Observed): string[] {
  const wrong = leftovers(copy).map((path) => `left behind: ${path}`);
  const states = [ground.before, ground.after];
  if (deed.edits && done) {
    const path = deed.edits;
    const text = readFileSync(join(copy.root, path), 'utf8');
    if (text !== own) wrong.push(`the user's edit of ${path} is lost: ${JSON.stringify(text)}`);
    const others = (observed: Observed) => {
      const files = Object.entries(observed.files).filter(([name]) => name !== path);
      return { ...observed, files: Object.fromEntries(files), folders: [] };
    };
    if (states.every((state) => differences(others(now), others(state)).length > 0)) {
      wrong.push(`neither before nor after: ${differences(others(now), others(ground.before)).join('; ')}`);
    }
    return wrong;
  }
  if (!done) {
    if (states.every((state) => differences(now, state).length > 0)) wrong.push('neither before nor after');
    return wrong;
  }
  const filesFit = states.some((state) => JSON.stringify(state.files) === JSON.stringify(now.files));
  if (!filesFit) wrong.push('the files are neither as before nor as after');
  if (deed.git?.[0] === 'commit') {
    const log = plainGit(copy.root, copy.environment, ['log', '--format=%s', 'HEAD']);
    if (!log.includes('by the user')) wrong.push("the user's commit is lost");
  }
  // Whatever HEAD is on now, index and files of the action must fit it: nothing of it may show as a change.
  const status = plainGit(copy.root, copy.environment, ['status', '--porcelain', '--untracked-files=no']);
  const touched = status
    .split('\n')
    .filter((line) => /changed\.txt|script\.sh|leaves\.txt|becomes-folder|new\/deep/.test(line));
  if (touched.length > 0) wrong.push(`half of the change shows: ${touched.join(', ')}`);
  return wrong;
}

describe('a user who gets in between two steps', function () {
  this.timeout(240_000);

  for (const action of ['landing', 'run-landing', 'rollback'] as const satisfies readonly ActionName[]) {
    describe(action, () => {
      let ground: Ground;
      before(async () => {
        ground = await groundOf(action);
      });
      after(() => ground.template.remove());

      for (const deed of deeds.filter((each) => isTelling(action, each))) {
        it(`loses nothing when the user ${deed.name}`, async () => {
          const names = [...new Set(ground.steps.map(({ name }) => name))];
          let effective = 0;
          await inPairs(names, async (name) => {
            const copy = copyOf(ground.template.folder);
            let done: boolean | null = null;
            try {
              const repository = await openRepository(copy.root, {
                environment: copy.environment,
                waitSeconds: 0.2,
                failpoint: (reached) => {
                  if (reached === name && done === null) done = doIt(copy, deed);
                },
              });
              await act(action, repository, copy.folder);
              assert.notEqual(done, null, `${name} is reached`);
              if (done) effective += 1;
              const label = `${deed.name} at ${name}`;
              const wrong = violations(ground, copy, deed, done === true, observe(copy));
              tally.record(label, wrong);
              assert.deepEqual(wrong, [], label);
            } finally {
              removeCopy(copy);
            }
          });
          assert.ok(effective > 0, 'the user comes through at least once');
        });
      }
    });
  }
});
