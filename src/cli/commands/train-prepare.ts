import path from 'node:path';
import { checkReadiness } from '../../compose/training/check-readiness.ts';
import { type Prepared, prepareTraining } from '../../compose/training/prepare-training.ts';
import { lastTrainingStart } from '../../compose/training/training-plan.ts';
import { openProfile } from '../../compose/training/training-profiles.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { formatCost } from '../../domain/money.ts';
import { type Command, flagValue, textValue } from '../command.ts';
import { table } from '../table.ts';
import { prepareOptions, prepareRequestOf, prepareUsage } from '../train-options.ts';
import { withWorkspace } from '../workspace.ts';

export const trainPrepare: Command = {
  name: 'train prepare',
  summary: 'Make training data from what landed: collect, score, pair, judge, export, report.',
  usage: `${prepareUsage} [--when-ready | --force]`,
  options: { ...prepareOptions, 'when-ready': { type: 'boolean' }, force: { type: 'boolean' } },
  usesConfiguration: true,
  run: (invocation) => {
    const { directory, terminal, signal, environment, flags } = invocation;
    const request = prepareRequestOf(invocation);
    const folder = path.resolve(directory, textValue(invocation, 'out') ?? 'countersign-dataset');
    return withWorkspace(invocation, async (workspace) => {
      const before = await lastTrainingStart(workspace.repository.stateDirectory);
      const readiness = checkReadiness(workspace, request.recorded, new Date(), before);
      const missing = readiness.bars.flatMap((bar) => bar.missing ?? []);
      if (flagValue(invocation, 'when-ready') && !flagValue(invocation, 'force') && !readiness.ready) {
        throw new EngineError({ code: 'training/not-ready', missing });
      }
      const name = textValue(invocation, 'profile');
      const trust = flags.trustWorkspace ? 'all' : 'approved';
      const place = { root: workspace.repository.root, environment, trust } as const;
      const profile = name === null ? null : await openProfile(name, place);
      try {
        const prepared = await prepareTraining(
          workspace,
          { ...request, folder, ...(profile ? { profile } : {}) },
          signal,
        );
        terminal.emit({ type: 'dataset', ...prepared, ready: readiness.ready });
        for (const line of describe(prepared)) terminal.print(line);
        if (!readiness.ready) terminal.print(`Not yet enough to train on: ${missing.join('; ')}.`);
        return prepared.judge && prepared.judge.unpaid > 0 ? exitCodes.budget : exitCodes.done;
      } finally {
        await profile?.close();
      }
    });
  },
};

function describe({ collected, proven, good, groups, pairs, judge, manifest, folder }: Prepared): readonly string[] {
  const rows = manifest.files.map(({ file, rows: count, bytes }) => [file, String(count), String(bytes)]);
  const { licence } = manifest.origin;
  return [
    `collected  ${collected} attempts, ${proven} of them proven: checked, audited, landed as proposed, not rolled back`,
    `scored     ${good} as good, 0.6 or more`,
    `paired     ${pairs} pairs in ${groups} phases with more than one attempt`,
    judge === null ? 'judged     nothing; --judge asks a model' : `judged     ${judgeText(judge)}`,
    ...manifest.leftOut.map(({ reason, count }) => `left out   ${count} × ${reason}`),
    `licence    ${licence === null ? 'not known' : `${licence.licence}, ${licence.from}`}`,
    '',
    ...table(['file', 'rows', 'bytes'], rows),
    '',
    `Wrote ${folder}`,
  ];
}

function judgeText({ judged, asked, kept, unpaid, model, costMicros }: NonNullable<Prepared['judge']>): string {
  const cost = formatCost({ micros: costMicros, label: 'computed' });
  const rest = unpaid > 0 ? `; the budget ended before ${unpaid} groups, the same command goes on from here` : '';
  return `${judged} attempts by ${model}: ${asked} calls for ${cost}, ${kept} answers from before${rest}`;
}
