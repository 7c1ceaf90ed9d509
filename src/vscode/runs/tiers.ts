import { counted, localize } from '../../contract/words.ts';
import type { EngineEvent, EventOf } from '../../domain/event.ts';
import type { RunRecord, TierState } from '../../domain/run.ts';
import type { Row } from './rows.ts';

type TierEnd = Pick<EventOf<'tier-end'>, 'state' | 'reason' | 'counts'>;

/** A tier of a run with several, and how it stands. */
export interface TierFacts {
  readonly id: string;
  readonly title: string;
  readonly phases: number;
  readonly landed: number;
  /** Null while it has not come to its end. */
  readonly end: TierEnd | null;
  /** Something of it was begun. */
  readonly begun: boolean;
}

/** The tiers of a run in their order; none where there is only one, which says nothing. */
export function tiersOf({ plan, phases }: RunRecord, events: readonly EngineEvent[]): readonly TierFacts[] {
  if (plan.tiers.length < 2) return [];
  return plan.tiers.map((tier) => {
    const ids = new Set(tier.phases.map(({ id }) => id));
    const own = phases.filter(({ id }) => ids.has(id));
    const end = events.findLast((event) => event.type === 'tier-end' && event.tierId === tier.id);
    return {
      id: tier.id,
      title: tier.title,
      phases: tier.phases.length,
      landed: own.filter(({ landing, rolledBack }) => landing !== null && rolledBack === null).length,
      end: end?.type === 'tier-end' ? end : null,
      begun: own.some(({ startedAt }) => startedAt !== null),
    };
  });
}

const looks: Record<TierState, readonly [icon: string, color: string | null]> = {
  pending: ['circle-outline', null],
  'in-progress': ['sync~spin', 'charts.blue'],
  clean: ['layers', null],
  'not-clean': ['layers', 'editorWarning.foreground'],
  failed: ['error', 'errorForeground'],
  skipped: ['circle-slash', null],
};

export function rowOfTier({ title, phases, landed, end, begun }: TierFacts, isLive: boolean): Row {
  const state = end?.state ?? (begun ? 'in-progress' : 'pending');
  const [icon, color] = state === 'in-progress' && !isLive ? looks.pending : looks[state];
  const progress = localize('{0} of {1} landed', landed, phases);
  const reason = end?.reason?.trim().split('\n', 1)[0] ?? '';
  return {
    label: title,
    description: [wordOf(state), state === 'clean' ? '' : reason || progress].filter((part) => part !== '').join(' · '),
    icon,
    color,
    contextValue: `tier.${state}`,
    facts: [
      [localize('State'), wordOf(state)],
      [localize('Phases'), progress],
      ...(end
        ? ([
            [
              localize('Found'),
              [
                counted(end.counts.majors, '{0} major finding', '{0} major findings'),
                counted(end.counts.minors, '{0} minor finding', '{0} minor findings'),
                counted(end.counts.failedChecks, '{0} failed check', '{0} failed checks'),
              ].join(', '),
            ],
          ] as const)
        : []),
      ...(end?.reason ? ([[localize('Reason'), end.reason]] as const) : []),
    ],
  };
}

function wordOf(state: TierState): string {
  const words: Record<TierState, string> = {
    pending: localize('not begun'),
    'in-progress': localize('in progress'),
    clean: localize('clean'),
    'not-clean': localize('not clean'),
    failed: localize('gate failed'),
    skipped: localize('skipped'),
  };
  return words[state];
}
