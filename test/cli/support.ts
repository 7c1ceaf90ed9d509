import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import {
  type ScriptedModelServer,
  type ScriptedReply,
  startScriptedModelServer,
} from '../support/scripted-model-server.ts';

export const root = path.resolve(import.meta.dirname, '..', '..');
const cli = path.join(root, 'dist', 'cli.js');

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Standard output as JSON lines. */
  readonly lines: readonly Record<string, any>[];
}

/** A scratch repository with a home and a cache of its own, and a scripted model beside it. */
export interface Bench {
  readonly directory: string;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  server: ScriptedModelServer | null;
  git(...words: string[]): string;
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Writes a phase spec and returns its path. */
  phase(id: string, spec?: Record<string, unknown>): Promise<string>;
  /** Starts a model server and writes the configuration that names it; returns the configuration's path. */
  model(replies: readonly ScriptedReply[], config?: Record<string, unknown>): Promise<string>;
  /** Runs the command line with `--config` of the last `model` call. */
  run(...words: string[]): Promise<Finished>;
  start(...words: string[]): ReturnType<typeof spawn>;
  close(): Promise<void>;
}

export async function openBench(options: { readonly commit?: boolean } = {}): Promise<Bench> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'countersign-cli-'));
  const directory = path.join(folder, 'repository');
  const home = path.join(folder, 'home');
  await mkdir(directory);
  await mkdir(home);
  const environment: NodeJS.ProcessEnv = {
    PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
    XDG_STATE_HOME: path.join(home, 'state'),
    GIT_CONFIG_GLOBAL: path.join(home, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    LAB_KEY: 'sk-test-key-0123456789abcdef',
    // The same program starts a thousand times: it is compiled once.
    NODE_COMPILE_CACHE: path.join(root, 'test', '.artifacts', 'compiled'),
  };
  await writeFile(
    path.join(home, 'gitconfig'),
    '[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n',
  );
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: directory, env: environment, encoding: 'utf8' });
  git('init', '--quiet');
  const bench: Bench = {
    directory,
    home,
    environment,
    server: null,
    git,
    async write(file, text) {
      const target = path.join(directory, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    },
    read: (file) => readFile(path.join(directory, file), 'utf8'),
    async phase(id, spec = {}) {
      const file = path.join(folder, `${id}.yaml`);
      await writeFile(file, stringify({ id, goal: `Do ${id}.`, ...spec }));
      return file;
    },
    async model(replies, config = {}) {
      await bench.server?.close();
      bench.server = await startScriptedModelServer({ replies });
      const file = path.join(folder, 'config.yaml');
      const models = {
        providers: { lab: { baseUrl: bench.server.url, apiKeyEnv: 'LAB_KEY', api: 'chat' } },
        roles: { builder: 'lab/builder', auditor: 'lab/auditor' },
        prices: { 'lab/builder': { input: 1, output: 2, cachedInput: 0.1 }, 'lab/auditor': { input: 1, output: 2 } },
      };
      await writeFile(file, stringify({ models, checks: { sandbox: 'off' }, ...config }));
      return file;
    },
    start(...words) {
      const config = bench.server ? ['--config', path.join(folder, 'config.yaml')] : [];
      return spawn(process.execPath, [cli, ...words, ...config], { cwd: directory, env: environment });
    },
    run: (...words) => finished(bench.start(...words)),
    async close() {
      await bench.server?.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  if (options.commit !== false) {
    await bench.write('src/sum.js', 'export function sum(a, b) {\n  return a - b;\n}\n');
    await bench.write('test/sum.test.js', sumTest);
    await bench.write('package.json', '{ "type": "module" }\n');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Begin');
  }
  return bench;
}

const sumTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sum } from '../src/sum.js';

test('adds', () => assert.equal(typeof sum(1, 2), 'number'));
`;

export async function finished(child: ReturnType<typeof spawn>): Promise<Finished> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (part) => {
    out += part;
  });
  child.stderr?.on('data', (part) => {
    err += part;
  });
  child.stdin?.end();
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    code,
    out,
    err,
    get lines() {
      return out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, any>);
    },
  };
}

export const goodPatch = `The sign was wrong.

\`\`\`diff
--- a/src/sum.js
+++ b/src/sum.js
@@ -1,3 +1,3 @@
 export function sum(a, b) {
-  return a - b;
+  return a + b;
 }
\`\`\`
`;

export const breakingPatch = goodPatch.replace('a + b', "'none'");

export const cleanReview = JSON.stringify({ summary: 'Good.', findings: [] });

export const majorReview = JSON.stringify({
  summary: 'Not good.',
  findings: [
    {
      severity: 'major',
      category: 'correctness',
      file: 'src/sum.js',
      line: 2,
      claim: 'Strings are joined, not added.',
      evidence: 'return a + b;',
      suggestion: null,
    },
  ],
});

/** A Builder and an Auditor that do their work. */
export const obliging: readonly ScriptedReply[] = [
  { role: 'builder', text: goodPatch, usage: { input: 1000, cached: 200, output: 100 } },
  { role: 'auditor', text: cleanReview, usage: { input: 500, output: 50 } },
];

export const nodeTest = { verify: [{ run: 'node --test test/sum.test.js' }] };

export function runEnd({ lines }: Finished): Record<string, any> {
  const last = lines.at(-1);
  assert.equal(last?.type, 'run-end');
  return last as Record<string, any>;
}
