import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../../src/checks/find-program.ts';

/** A program that stands in for the GitHub CLI: it answers from a file and keeps what it was asked. */
export interface FakeGh {
  /** Folder to put first in PATH. */
  readonly folder: string;
  /** What it is asked from now on is answered by this, in turn; the last answer stays. */
  answer(about: 'run list' | 'run view' | 'pr create', answers: readonly Answer[]): Promise<void>;
  /** Every call so far, oldest first. */
  calls(): Promise<
    readonly { readonly words: readonly string[]; readonly input: string; readonly names: readonly string[] }[]
  >;
}

/** Makes a folder of programs with git alone in it, for a PATH without gh. */
export async function gitAlone(folder: string): Promise<string> {
  const git = await findProgram('git', { environment: process.env, directory: folder });
  if (git === null) throw new Error('There is no git in PATH.');
  await mkdir(folder, { recursive: true });
  await symlink(git, path.join(folder, 'git'));
  return folder;
}

export interface Answer {
  readonly output?: string;
  readonly errors?: string;
  readonly code?: number;
}

const program = `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const words = process.argv.slice(2);
const input = readFileSync(0, 'utf8');
appendFileSync(__dirname + '/calls.jsonl', JSON.stringify({ words, input, names: Object.keys(process.env) }) + '\\n');
const file = __dirname + '/' + words.slice(0, 2).join('-') + '.json';
let answers = [{ errors: 'fake gh: nobody said what to answer', code: 1 }];
try { answers = JSON.parse(readFileSync(file, 'utf8')); } catch {}
const { output = '', errors = '', code = 0 } = answers[0];
if (answers.length > 1) writeFileSync(file, JSON.stringify(answers.slice(1)));
process.stdout.write(output);
process.stderr.write(errors);
process.exitCode = code;
`;

export async function makeFakeGh(folder: string): Promise<FakeGh> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  await writeFile(path.join(folder, 'gh'), program);
  await chmod(path.join(folder, 'gh'), 0o755);
  return {
    folder,
    answer: (about, answers) =>
      writeFile(path.join(folder, `${about.replace(' ', '-')}.json`), JSON.stringify(answers)),
    async calls() {
      const text = await readFile(path.join(folder, 'calls.jsonl'), 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
  };
}
