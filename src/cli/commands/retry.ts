import { EngineError } from '../../domain/engine-error.ts';
import type { PhaseRecord, RunRecord } from '../../domain/run.ts';
import { modelIdSchema } from '../../domain/spec.ts';
import { mayFollow, phaseTransitions } from '../../domain/state-machine.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { controlIn, controlOptions } from '../control-run.ts';
import { phaseBySelector, runBySelector } from '../find-run.ts';
import { changedChoice, changedOptions, resumeRun } from '../resume-run.ts';
import { withWorkspace } from '../workspace.ts';

export const retry: Command = {
  name: 'retry',
  summary: 'Try a phase that did not land again, with all its attempts; without PHASE, all of them.',
  usage: 'RUN[/PHASE] [--model PROVIDER/MODEL] [--accept-changes | --keep-frozen] [--reason TEXT]',
  options: { model: { type: 'string' }, ...changedOptions, ...controlOptions },
  usesConfiguration: true,
  run(invocation) {
    const model = modelOf(invocation);
    return withWorkspace(invocation, async (workspace) => {
      const selector = invocation.positionals[0] ?? 'last';
      const record = runBySelector(workspace.ledger, selector);
      if (workspace.ledger.isRunLive(record.id)) return controlIn(invocation, workspace, 'retry', 'phase');
      const again = phasesToRetry(record, phaseBySelector(record, selector), selector);
      return resumeRun(invocation, workspace, record, { again, ...changedChoice(invocation), model });
    });
  },
};

function modelOf(invocation: Invocation): string | undefined {
  const text = textValue(invocation, 'model');
  if (text === null) return undefined;
  const read = modelIdSchema.safeParse(text);
  if (read.success) return read.data;
  const problem = `--model is \`${text}\`; it must read PROVIDER/MODEL.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign retry RUN/PHASE --model lab/large' });
}

function phasesToRetry(run: RunRecord, named: PhaseRecord | null, selector: string): ReadonlySet<string> {
  const wanted = named ? [named] : run.phases;
  const may = wanted.filter(({ state, rolledBack }) => mayRetry(state, rolledBack));
  if (may.length > 0) return new Set(may.map(({ id }) => id));
  const detail = named ? `the phase is ${named.state.replace('-', ' ')}.` : 'no phase of it can be tried again.';
  throw new EngineError({ code: 'run/not-controllable', selector, detail });
}

function mayRetry(state: PhaseRecord['state'], rolledBack: string | null): boolean {
  if (state === 'landed') return rolledBack !== null;
  return state !== 'queued' && state !== 'awaiting-review' && mayFollow(phaseTransitions, state, 'building');
}
