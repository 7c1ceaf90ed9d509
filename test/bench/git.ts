import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { phaseSpecSchema } from '../../src/domain/spec.ts';
import { type OpenRepository, openRepository } from '../../src/git/open-repository.ts';

/**
 * Usage: npm run bench:git [-- --large]. Times staging, a check worktree and landing on generated repositories of 1,000
 * and 20,000 files (`--large`: also 100,000), beside the plain git commands that do the same, in the same run.
 */

const rounds = 15;
const scope = { runId: 'bench', tierId: null, phaseId: 'bench', attempt: 1 };
const spec = phaseSpecSchema.parse({ id: 'bench', goal: 'Measure.' });

interface Ground {
  readonly folder: string;
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
}

function git(ground: Ground, words: readonly string[], more: NodeJS.ProcessEnv = {}, input?: string): string {
  return execFileSync('git', [...words], {
    cwd: ground.root,
    env: { ...ground.environment, ...more },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'],
    ...(input === undefined ? {} : { input }),
  }).trim();
}

/** Text files of about a kilobyte, 50 to a folder, written by one `fast-import`. */
function generate(files: number): Ground {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-bench-')));
  const root = join(folder, 'project');
  mkdirSync(root);
  const environment = { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
  const ground = { folder, root, environment };
  git(ground, ['init', '--quiet', '--initial-branch=main']);
  git(ground, ['config', '--global', 'user.name', 'Bench']);
  git(ground, ['config', '--global', 'user.email', 'bench@example.org']);
  const parts = ['commit refs/heads/main\ncommitter Bench <bench@example.org> 0 +0000\ndata 5\nfirst\n'];
  for (let number = 0; number < files; number += 1) {
    const text = Array.from({ length: 30 }, (_, line) => `file ${number}, line ${line}: some words of text\n`).join('');
    parts.push(`M 100644 inline ${pathOf(number)}\ndata ${Buffer.byteLength(text)}\n${text}\n`);
  }
  git(ground, ['fast-import', '--quiet'], {}, parts.join(''));
  git(ground, ['reset', '--quiet', '--hard']);
  return ground;
}

function pathOf(number: number): string {
  return `area-${number % 20}/part-${Math.floor(number / 50)}/file-${number}.txt`;
}

/** A change of three files and a new one, different in each round. */
function patchOf(ground: Ground, round: number): string {
  const changed = [1, 17, 42].map((number) => {
    const path = pathOf(number);
    const lines = readFileSync(join(ground.root, path), 'utf8').split('\n');
    const old = lines[10] as string;
    const context = (at: number) => ` ${lines[at]}\n`;
    return `--- a/${path}\n+++ b/${path}\n@@ -10,3 +10,3 @@\n${context(9)}-${old}\n+round ${round} ${old}\n${context(11)}`;
  });
  return `${changed.join('')}--- /dev/null\n+++ b/area-0/new-${round}.txt\n@@ -0,0 +1 @@\n+round ${round}\n`;
}

async function timed<Value>(work: () => Value | Promise<Value>): Promise<{ seconds: number; value: Value }> {
  const start = performance.now();
  const value = await work();
  return { seconds: (performance.now() - start) / 1000, value };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/** What staging comes to without any of its care: the five git commands that it cannot do without. */
function barePlumbing(ground: Ground, base: string, patch: string): void {
  const index = { GIT_INDEX_FILE: join(ground.folder, 'bare-index') };
  git(ground, ['read-tree', base], index);
  git(ground, ['apply', '--cached', '-'], index, patch);
  const tree = git(ground, ['write-tree'], index);
  const commit = git(ground, ['commit-tree', '-p', base, '-m', 'staged', tree]);
  git(ground, ['update-ref', `refs/bench/${commit}`, commit]);
  rmSync(index.GIT_INDEX_FILE);
}

/** Applies and commits as a person would. */
function plainCommit(ground: Ground, patch: string): void {
  git(ground, ['apply', '--index', '-'], {}, patch);
  git(ground, ['commit', '--quiet', '-m', 'plain']);
}

async function stageAndLand(ground: Ground, repository: OpenRepository) {
  const ours: number[] = [];
  const again: number[] = [];
  const bare: number[] = [];
  const landing: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { commit: base } = await repository.head();
    const reply = patchOf(ground, round);
    const stage = await timed(() => repository.stage({ scope, spec, reply, base }));
    if (!stage.value.ok) throw new Error(JSON.stringify(stage.value.fault));
    const staged = stage.value.value;
    ours.push(stage.seconds);
    again.push((await timed(() => repository.stage({ scope, spec, reply, base }))).seconds);
    bare.push((await timed(() => barePlumbing(ground, base, staged.patch))).seconds);
    const request = { scope, staged, branch: 'refs/heads/main', message: 'Land', trailers: [] };
    const land = await timed(() => repository.land(request));
    if (!land.value.ok) throw new Error(JSON.stringify(land.value.fault));
    landing.push(land.seconds);
    const next = patchOf(ground, round + 100);
    plain.push((await timed(() => plainCommit(ground, next))).seconds);
  }
  return { stage: median(ours), again: median(again), bare: median(bare), land: median(landing), plain: median(plain) };
}

async function worktrees(ground: Ground, repository: OpenRepository) {
  const { commit } = await repository.head();
  const lease = async (at: string) => {
    const { seconds, value } = await timed(() => repository.worktrees.lease(at, new AbortController().signal));
    await value.release();
    return seconds;
  };
  const add = await timed(() =>
    git(ground, ['worktree', 'add', '--quiet', '--detach', join(ground.folder, 'added'), commit]),
  );
  const first = await lease(commit);
  const moves: number[] = [];
  for (let round = 1; round < rounds; round += 1) moves.push(await lease(git(ground, ['rev-parse', `HEAD~${round}`])));
  return { first, moved: median(moves), add: add.seconds };
}

/** The first commit of a second repository over the same files, as assistants with snapshots keep one. */
async function shadowCommit(ground: Ground): Promise<number> {
  const shadow = { GIT_DIR: join(ground.folder, 'shadow'), GIT_WORK_TREE: ground.root };
  git(ground, ['init', '--quiet'], shadow);
  const { seconds } = await timed(() => {
    git(ground, ['add', '--all'], shadow);
    git(ground, ['commit', '--quiet', '-m', 'shadow'], shadow);
  });
  return seconds;
}

function row(name: string, seconds: number, beside: string, reference: number): string {
  const ratio = (seconds / reference).toFixed(2);
  return `  ${name.padEnd(26)} ${seconds.toFixed(3).padStart(8)} s   ${ratio.padStart(6)} × ${beside} (${reference.toFixed(3)} s)`;
}

async function measure(files: number): Promise<void> {
  const ground = generate(files);
  try {
    const opening = await timed(() => openRepository(ground.root, { environment: ground.environment }));
    const repository = opening.value;
    const { stage, again, bare, land, plain } = await stageAndLand(ground, repository);
    const { first, moved, add } = await worktrees(ground, repository);
    const shadow = await shadowCommit(ground);
    const memory = Math.round(process.resourceUsage().maxRSS / 1024);
    console.log(`${files} files`);
    console.log(`  opening                    ${opening.seconds.toFixed(3).padStart(8)} s`);
    console.log(row('staging on a new base', stage, 'bare plumbing', bare));
    console.log(row('staging on a known base', again, 'bare plumbing', bare));
    console.log(row('staging on a new base', stage, 'git worktree add', add));
    console.log(row('staging on a new base', stage, 'shadow commit', shadow));
    console.log(row('landing', land, 'git apply, git commit', plain));
    console.log(row('worktree, first use', first, 'git worktree add', add));
    console.log(row('worktree, moved', moved, 'git worktree add', add));
    console.log(row('worktree, moved', moved, 'shadow commit', shadow));
    console.log(`  most memory of this process so far: ${memory} MiB`);
  } finally {
    rmSync(ground.folder, { recursive: true, force: true });
  }
}

for (const files of process.argv.includes('--large') ? [1_000, 20_000, 100_000] : [1_000, 20_000]) {
  await measure(files);
}
