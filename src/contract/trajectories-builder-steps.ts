import { describeEvent } from '../domain/describe-event.ts';
import type { EngineEvent, EventOf } from '../domain/event.ts';
import { outcomeWord } from './state-words.ts';
import type { Step } from './trajectories-phase.ts';
import { localize, wholeNumber } from './words.ts';

/** A step that an event tells by itself, with its texts. */
export interface ToldStep {
  readonly step: Pick<Step, 'kind' | 'name' | 'subject' | 'outcome' | 'note'>;
  /** How long it took before the event, in seconds; null where it filled the time since the step before. */
  readonly seconds: number | null;
  readonly texts: readonly { readonly key: string; readonly title: string; readonly text: string }[];
}

/** What the Builder read, used and chose from; null for every other event. */
export function builderStepOf(event: EngineEvent): ToldStep | null {
  switch (event.type) {
    case 'context-gathered':
      return contextStep(event);
    case 'tool-used':
      return toolStep(event);
    case 'candidates-ranked':
      return candidatesStep(event);
    case 'drift-found':
      return noticeStep(localize('Drift'), describeEvent(event, localize) ?? '');
    case 'model-fallback':
      return noticeStep(localize('Fallback'), event.reason);
    default:
      return null;
  }
}

function noticeStep(name: string, note: string): ToldStep {
  return { step: { kind: 'notice', name, subject: '', outcome: 'warning', note }, seconds: 0, texts: [] };
}

function contextStep({ report }: EventOf<'context-gathered'>): ToldStep {
  const { gatherers, shown, cut, usedTokens, budgetTokens } = report;
  const failed = gatherers.filter(({ outcome }) => outcome !== 'done');
  const lines = shown.map(({ title, form, tokens }) => localize('{0} · {1} · {2} tokens', title, form, tokens));
  const left = cut.map(({ title, why }) => `${title}: ${why}`);
  const troubles = failed.map(
    ({ name, outcome, detail }) => `${name} ${outcomeWord(outcome)}${detail ? `: ${detail}` : ''}`,
  );
  return {
    step: {
      kind: 'context',
      name: localize('Gather context'),
      subject: '',
      outcome: failed.length > 0 ? 'warning' : 'neutral',
      note: localize('{0} of {1} tokens', wholeNumber(usedTokens), wholeNumber(budgetTokens)),
    },
    seconds: null,
    texts: textsOf([
      ['shown', localize('Shown'), lines],
      ['cut', localize('Left out'), left],
      ['failed', localize('What failed'), troubles],
    ]),
  };
}

function toolStep({ use }: EventOf<'tool-used'>): ToldStep {
  const { tool, outcome, request, seconds, detail, bytes } = use;
  const words = outcome === 'done' ? localize('{0} bytes', wholeNumber(bytes)) : outcomeWord(outcome);
  return {
    step: {
      kind: 'tool',
      name: localize('Tool'),
      subject: tool,
      outcome: outcome === 'done' ? 'neutral' : outcome === 'refused' ? 'warning' : 'bad',
      note: detail === null ? words : `${words}: ${detail}`,
    },
    seconds,
    texts: textsOf([['request', localize('Request'), [request]]]),
  };
}

function candidatesStep({ candidates }: EventOf<'candidates-ranked'>): ToldStep {
  const ranked = [...candidates].sort((a, b) => a.rank - b.rank);
  const lines = ranked.map(({ number, model, rank, reason }) =>
    localize('{0}. candidate {1} · {2}: {3}', rank, number, model, reason),
  );
  const first = ranked[0];
  return {
    step: {
      kind: 'stage',
      name: localize('Rank candidates'),
      subject: '',
      outcome: 'neutral',
      note: first ? localize('{0} of {1} chosen', first.number, candidates.length) : localize('none'),
    },
    seconds: null,
    texts: textsOf([['ranking', localize('Ranking'), lines]]),
  };
}

function textsOf(
  named: readonly (readonly [key: string, title: string, lines: readonly string[]])[],
): ToldStep['texts'] {
  return named.flatMap(([key, title, lines]) => (lines.length === 0 ? [] : [{ key, title, text: lines.join('\n') }]));
}
