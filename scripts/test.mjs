// `npm test`: everything, from a bare machine. Names of parts (`npm test -- unit lint`) run only those.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled, projectEnvironment, projectNode, root } from './install.mjs';

const node = () => projectNode();
const module = (...parts) => path.join(root, 'node_modules', ...parts);
const mocha = module('mocha', 'bin', 'mocha.js');

/** A step that is one test: it passes where its program ends with 0. */
const check = (name, args) => ({ name, args, counts: false });
/** A step that says how many tests passed and failed in its last lines. */
const suite = (name, args) => ({ name, args, counts: true });

const steps = () => [
  check('lint', [module('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.']),
  check('types', [module('typescript', 'bin', 'tsc'), '--project', '.']),
  // What runs in a page has the types of a page.
  check('types', [module('typescript', 'bin', 'tsc'), '--project', 'src/webview']),
  check('boundaries', ['scripts/boundaries.mjs']),
  check('unused', [module('knip', 'bin', 'knip.js')]),
  check('build', ['esbuild.mjs', '--quiet']),
  suite('unit', [mocha, 'test/unit/**/*.test.ts']),
  // These wait for processes most of the time, each file in folders of its own.
  suite('cli', [mocha, '--parallel', '--jobs', '2', 'test/cli/**/*.test.ts']),
  suite('faults', [mocha, 'test/faults/**/*.test.ts']),
  suite('host', ['--import', 'tsx', 'test/editor/test-in-host.ts']),
  suite('window', ['--import', 'tsx', 'test/editor/test-in-window.ts']),
];

/** Longest that one part may take: one that hangs is red, not endless. */
const minutes = 15;

function spawnStep(args) {
  return new Promise((resolve) => {
    const child = spawn(node(), args, { cwd: root, env: projectEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const collect = (stream, to) =>
      stream.on('data', (part) => {
        text = (text + part).slice(-20_000);
        to.write(part);
      });
    collect(child.stdout, process.stdout);
    collect(child.stderr, process.stderr);
    const late = setTimeout(() => {
      process.stderr.write(`\nNothing ended within ${minutes} minutes: stopped.\n`);
      child.kill('SIGKILL');
    }, minutes * 60_000);
    const end = (code) => {
      clearTimeout(late);
      resolve({ code: code ?? 1, text });
    };
    child.on('error', () => end(1));
    child.on('close', end);
  });
}

/** Mocha's closing lines, or the plain line `N passed, N failed`. A suite that ran nothing has failed. */
function countsIn(text, code) {
  const plain = [...text.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  const passed = Number(plain?.[1] ?? [...text.matchAll(/^\s*(\d+) passing/gm)].at(-1)?.[1] ?? 0);
  const failed = Number(plain?.[2] ?? [...text.matchAll(/^\s*(\d+) failing/gm)].at(-1)?.[1] ?? 0);
  const silent = passed + failed === 0 || (code !== 0 && failed === 0);
  return { passed, failed: failed + (silent ? 1 : 0) };
}

/** Checks run in a sandbox where there is one; a bare Debian machine gets it here, since tests prove that it holds. */
async function ensureSandbox() {
  const isDebianRoot = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/etc/debian_version');
  if (!isDebianRoot || existsSync('/usr/bin/bwrap')) return;
  process.stdout.write('Installing bubblewrap…\n');
  const install =
    'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends bubblewrap';
  await new Promise((resolve) => spawn('sh', ['-c', install], { stdio: ['ignore', 'ignore', 2] }).on('close', resolve));
}

async function main() {
  ensureInstalled();
  await ensureSandbox();
  const wanted = process.argv.slice(2);
  let passed = 0;
  let failed = 0;
  const red = [];
  for (const step of steps().filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    process.stdout.write(`\n== ${step.name}\n`);
    const started = Date.now();
    const { code, text } = await spawnStep(step.args);
    const counts = step.counts ? countsIn(text, code) : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
    passed += counts.passed;
    failed += counts.failed;
    if (counts.failed > 0) red.push(step.name);
    process.stdout.write(`== ${step.name}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  }
  if (red.length > 0) process.stdout.write(`\nred: ${red.join(', ')}\n`);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.stdout.write('\n0 passed, 1 failed\n');
  process.exitCode = 1;
}
