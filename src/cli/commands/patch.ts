import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { answerBatch, applyToDirectory, type FittingPatch, writePatch } from '../../compose/patch-directory.ts';
import { diffStat } from '../../domain/describe-event.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { type ExitCode, exitCodes } from '../../domain/exit-code.ts';
import type { Command, Invocation } from '../command.ts';

export const patchCheck: Command = {
  name: 'patch check',
  summary: 'Say whether a patch, in whatever form a model wrote it, fits the files here.',
  usage: '[FILE | -]',
  options: {},
  usesConfiguration: false,
  async run(invocation) {
    return report(invocation, await applied(invocation), 'fits');
  },
};

export const patchApply: Command = {
  name: 'patch apply',
  summary: 'Apply a patch, in whatever form a model wrote it, to the files here: all of it or nothing.',
  usage: '[FILE | -]',
  options: {},
  usesConfiguration: false,
  async run(invocation) {
    const fitting = await applied(invocation);
    await writePatch(fitting.patch, invocation.flags.repo);
    return report(invocation, fitting, 'applied');
  },
};

export const patchBatch: Command = {
  name: 'patch batch',
  summary: 'Answer JSON lines {id, files, patch} on standard input with {id, ok, files} or {id, ok, error}.',
  usage: '< CASES.jsonl',
  options: {},
  usesConfiguration: false,
  async run({ signal }) {
    process.stdin.setEncoding('utf8');
    for await (const answer of answerBatch(process.stdin)) {
      if (signal.aborted) return exitCodes.interrupted;
      const flowing = process.stdout.write(`${answer}\n`);
      if (!flowing) await once(process.stdout, 'drain');
    }
    return exitCodes.done;
  },
};

async function applied(invocation: Invocation): Promise<FittingPatch> {
  const result = await applyToDirectory(await readReply(invocation), path.resolve(invocation.flags.repo));
  if (!result.ok) throw new EngineError(result.fault);
  return result.value;
}

async function readReply({ positionals, directory }: Invocation): Promise<string> {
  const [name = '-'] = positionals;
  if (name === '-') return readAll(process.stdin);
  try {
    return await readFile(path.resolve(directory, name), 'utf8');
  } catch (error) {
    const problem = `${name} cannot be read (${(error as NodeJS.ErrnoException).code}).`;
    throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign patch check FILE' }, error);
  }
}

function report({ terminal }: Invocation, { patch, files }: FittingPatch, verb: string): ExitCode {
  terminal.emit({ type: 'patch', outcome: verb, files, repairs: patch.repairs, flags: patch.flags, patch: patch.text });
  terminal.print(`${verb}: ${diffStat(files)}`);
  for (const file of files) terminal.print(`  ${file.path} +${file.added} −${file.removed}`);
  for (const repair of patch.repairs) {
    terminal.print(
      `  mended ${repair.kind} in ${repair.file}${repair.hunk === null ? '' : `, hunk ${repair.hunk}`}: ${repair.detail}`,
    );
  }
  for (const flag of patch.flags) terminal.print(`  look at ${flag.file}: ${flag.detail}`);
  return exitCodes.done;
}
