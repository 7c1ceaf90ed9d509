/**
 * A repository of small modules, and phases that are really executed on it: a scripted Builder sends changes of one to
 * eight edits, each of which is right or wrong; the tests of the module decide. Nothing of an outcome is made up.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { randomFrom } from '../../src/ledger/random.ts';
import { type ScriptedModelServer, type ScriptedReply, startScriptedModelServer } from './scripted-model-server.ts';

const functionsEach = 8;
/** How often one edit is right: a change of many edits is right less often, as changes are. */
const rightShare = 0.85;
const attempts = 2;

export interface ScenarioRuns {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly configFile: string;
  /** Phase specs, in the order in which they are to be run. */
  readonly specs: readonly { readonly id: string; readonly file: string }[];
  close(): Promise<void>;
}

/** Makes everything under `folder`, which must be empty. */
export async function makeScenarioRuns(folder: string, count: number, seed: number): Promise<ScenarioRuns> {
  const directory = path.join(folder, 'repository');
  const home = path.join(folder, 'home');
  await mkdir(directory, { recursive: true });
  await mkdir(home);
  const environment = environmentOf(home);
  await writeFile(path.join(home, 'gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.com\n');
  const random = randomFrom(seed);
  const modules = Array.from({ length: count }, (_, index) => moduleOf(index, random));
  for (const { name, files } of modules) {
    for (const [file, text] of files) {
      await mkdir(path.join(directory, name), { recursive: true });
      await writeFile(path.join(directory, name, file), text);
    }
  }
  await writeFile(path.join(directory, 'package.json'), '{ "type": "module", "license": "MIT" }\n');
  const git = (...words: string[]) => execFileSync('git', words, { cwd: directory, env: environment });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Begin');
  const replies = modules.flatMap(({ name, wanted }) =>
    Array.from({ length: attempts }, (_, at) => replyOf(name, wanted, at + 1, random)),
  );
  const server = await startScriptedModelServer({
    replies: [
      ...replies,
      { role: 'reflector', text: 'Look at the test again.' },
      { role: 'auditor', text: JSON.stringify({ summary: 'Good.', findings: [] }) },
    ],
  });
  return {
    directory,
    environment,
    configFile: await writeConfig(folder, server),
    specs: await Promise.all(modules.map(({ name, wanted }) => writeSpec(folder, name, wanted))),
    close: () => server.close(),
  };
}

function environmentOf(home: string): NodeJS.ProcessEnv {
  return {
    PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
    XDG_STATE_HOME: path.join(home, 'state'),
    GIT_CONFIG_GLOBAL: path.join(home, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    LAB_KEY: 'sk-test-key-0123456789abcdef',
  };
}

/** Functions of a module that return the wrong number, by index, with the number that its test wants. */
interface Wanted {
  readonly index: number;
  readonly is: number;
  readonly wants: number;
}

function moduleOf(at: number, random: () => number) {
  const name = `m${String(at).padStart(3, '0')}`;
  const numbers = Array.from({ length: functionsEach }, () => Math.floor(random() * 1000));
  const wrong = Array.from({ length: 1 + pick(random, functionsEach) }, (_, index) => index);
  const wanted: Wanted[] = wrong.map((index) => ({ index, is: numbers[index] as number, wants: 1000 + at + index }));
  const files: [string, string][] = numbers.map((number, index) => [`f${index}.js`, functionText(index, number)]);
  const checks = numbers.map((number, index) => {
    const expected = wanted.find((each) => each.index === index)?.wants ?? number;
    return `test('f${index}', () => assert.equal(f${index}(), ${expected}));`;
  });
  const imports = numbers.map((_, index) => `import { f${index} } from './f${index}.js';`);
  const head = `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n`;
  files.push(['module.test.js', `${head}${imports.join('\n')}\n\n${checks.join('\n')}\n`]);
  return { name, files, wanted };
}

const functionText = (index: number, number: number) =>
  `/** Number ${index}. */\nexport function f${index}() {\n  return ${number};\n}\n`;

function pick(random: () => number, most: number): number {
  return Math.floor(random() * most);
}

function replyOf(name: string, wanted: readonly Wanted[], attempt: number, random: () => number): ScriptedReply {
  const files = wanted.map(({ index, is, wants }) => {
    const becomes = random() < rightShare ? wants : wants + 1;
    // Some like to explain themselves at length.
    const notes = Array.from({ length: pick(random, 4) }, (_, line) => `+  // Step ${line + 1} towards it.`);
    const lines = [
      `--- a/${name}/f${index}.js`,
      `+++ b/${name}/f${index}.js`,
      `@@ -1,4 +1,${4 + notes.length} @@`,
      ` /** Number ${index}. */`,
      ` export function f${index}() {`,
      `-  return ${is};`,
      ...notes,
      `+  return ${becomes};`,
      ' }',
    ];
    return lines.join('\n');
  });
  const text = `I set the numbers right.\n\n\`\`\`diff\n${files.join('\n')}\n\`\`\`\n`;
  return { role: 'builder', phase: name, attempt, text };
}

async function writeSpec(folder: string, name: string, wanted: readonly Wanted[]) {
  const file = path.join(folder, `${name}.yaml`);
  const list = wanted.map(({ index, wants }) => `f${index} returns ${wants}`).join(', ');
  const spec = {
    id: name,
    goal: `In ${name}, make the tests pass: ${list}.`,
    complexity: wanted.length > 5 ? 'high' : wanted.length > 2 ? 'medium' : 'low',
    scope: { include: [`${name}/**`] },
    verify: [{ run: `node --test ${name}/module.test.js` }],
    budget: { attempts },
  };
  await writeFile(file, stringify(spec));
  return { id: name, file };
}

async function writeConfig(folder: string, { url }: ScriptedModelServer): Promise<string> {
  const file = path.join(folder, 'config.yaml');
  const price = { input: 1, output: 2 };
  const config = {
    models: {
      providers: { lab: { baseUrl: url, apiKeyEnv: 'LAB_KEY', api: 'chat' } },
      roles: { builder: 'lab/builder', auditor: 'lab/auditor' },
      prices: { 'lab/builder': price, 'lab/auditor': price },
    },
    checks: { sandbox: 'off' },
    builder: { tools: { read: false } },
    autonomy: 'gated',
  };
  await writeFile(file, stringify(config));
  return file;
}
