import path from 'node:path';
import { type Prepared, prepareTraining } from '../../compose/prepare-training.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue, type Invocation, textValue } from '../command.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

const flags =
  '[--out FOLDER] [--format NAME]… [--seed TEXT] [--held-out SHARE] [--held-out-from TIME] [--since TIME] [--until TIME] [--include-recorded]';

export const trainPrepare: Command = {
  name: 'train prepare',
  summary: 'Make training data from what landed: collect, score, pair, export.',
  usage: flags,
  options: {
    out: { type: 'string' },
    format: { type: 'string', multiple: true },
    seed: { type: 'string' },
    'held-out': { type: 'string' },
    'held-out-from': { type: 'string' },
    since: { type: 'string' },
    until: { type: 'string' },
    'include-recorded': { type: 'boolean' },
  },
  usesConfiguration: false,
  run: (invocation) => {
    const { directory, terminal, signal } = invocation;
    const request = {
      folder: path.resolve(directory, textValue(invocation, 'out') ?? 'countersign-dataset'),
      formats: namesOf(invocation),
      split: {
        seed: textValue(invocation, 'seed') ?? '1',
        heldOut: shareOf(invocation),
        from: timeOf(invocation, 'held-out-from') ?? null,
      },
      ...optional('since', timeOf(invocation, 'since')),
      ...optional('until', timeOf(invocation, 'until')),
      recorded: flagValue(invocation, 'include-recorded'),
    };
    return withWorkspace(invocation, async (workspace) => {
      const prepared = await prepareTraining(workspace, request, signal);
      terminal.emit({ type: 'dataset', ...prepared });
      for (const line of describe(prepared)) terminal.print(line);
      return exitCodes.done;
    });
  },
};

function optional<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, string>);
}

function namesOf({ values }: Invocation): readonly string[] {
  const given = values.format;
  return Array.isArray(given) ? given.filter((name) => typeof name === 'string') : [];
}

function shareOf(invocation: Invocation): number {
  const text = textValue(invocation, 'held-out') ?? '0.1';
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share < 1) return share;
  throw wrong(`--held-out is \`${text}\`; it must be a share from 0 to less than 1.`);
}

function timeOf(invocation: Invocation, name: string): string | undefined {
  const text = textValue(invocation, name);
  if (text === null) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw wrong(`--${name} is \`${text}\`; it must be a date or a time, such as 2026-03-01.`);
  return time.toISOString();
}

function wrong(problem: string): EngineError {
  return new EngineError({ code: 'arguments/invalid', problem, usage: `countersign train prepare ${flags}` });
}

function describe({ collected, proven, groups, pairs, manifest, folder }: Prepared): readonly string[] {
  const rows = manifest.files.map(({ file, rows: count, bytes }) => [file, String(count), String(bytes)]);
  return [
    `collected  ${collected} attempts, ${proven} of them proven: checked, audited, landed, not rolled back`,
    `paired     ${pairs} pairs in ${groups} phases with more than one attempt`,
    ...manifest.leftOut.map(({ reason, count }) => `left out   ${count} × ${reason}`),
    '',
    ...table(['file', 'rows', 'bytes'], rows),
    '',
    `Wrote ${folder}`,
  ];
}
