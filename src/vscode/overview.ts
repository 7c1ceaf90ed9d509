import { type Disposable, EventEmitter, workspace } from 'vscode';
import type { Workspace } from '../compose.ts';
import { faultOf } from '../domain/engine-error.ts';
import type { EngineEvent } from '../domain/event.ts';
import type { Fault } from '../domain/fault.ts';
import type { Cost } from '../domain/money.ts';
import type { PhaseRecord } from '../domain/run.ts';
import type { Situation } from '../manifest/context-keys.ts';
import type { Session } from './session.ts';

/** A run of this window that has not ended. */
export interface LiveRun {
  readonly runId: string;
  readonly goal: string;
  readonly phases: number;
  readonly ended: number;
  readonly paused: boolean;
  readonly cost: Cost;
  readonly capMicros: number | null;
}

/** What the status bar, the badge and the context keys show. */
export interface Overview {
  /** Null until it is known, and where `fault` says more. */
  readonly situation: Situation | null;
  /** Why the repository or its configuration cannot be used, where no situation says it. */
  readonly fault: Fault | null;
  readonly live: readonly LiveRun[];
  readonly waiting: readonly PhaseRecord[];
}

interface Counted {
  readonly goal: string;
  readonly phases: number;
  readonly ended: Set<string>;
  paused: boolean;
}

const unknown: Overview = { situation: null, fault: null, live: [], waiting: [] };

/** Keeps the overview up to date. */
export class OverviewKeeper implements Disposable {
  readonly #session: Session;
  readonly #changed = new EventEmitter<Overview>();
  readonly #runs = new Map<string, Counted>();
  readonly #listening: readonly Disposable[];
  #reading: Promise<void> | null = null;
  #again = false;
  readonly onDidChange = this.#changed.event;
  current = unknown;

  constructor(session: Session) {
    this.#session = session;
    this.#listening = [session.onEvent((event) => this.#count(event)), session.onDidChange(() => void this.update())];
  }

  /** Reads anew. Calls during a reading are answered by one more. */
  update(): Promise<void> {
    this.#again = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
      // Asked for after the last look and before this.
      if (this.#again) void this.update();
    });
    return this.#reading;
  }

  dispose(): void {
    for (const listening of this.#listening) listening.dispose();
    this.#changed.dispose();
  }

  async #read(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        // What an untrusted folder needs is said by the views themselves.
        this.current = workspace.isTrusted ? await this.#session.use((opened) => this.#overviewOf(opened)) : unknown;
      } catch (error) {
        const fault = faultOf(error);
        const situation = situationOfFault(fault);
        this.current = { ...unknown, situation, fault: situation ? null : fault };
      }
      this.#changed.fire(this.current);
    }
  }

  async #overviewOf(opened: Workspace): Promise<Overview> {
    const { reader } = opened;
    const liveRuns = [...this.#runs].map(async ([runId, { goal, phases, ended, paused }]): Promise<LiveRun> => {
      const { total, caps } = await reader.spend({ by: 'run', runId });
      const cap = caps.find(({ level }) => level === 'run');
      const cost = { micros: total.costMicros, label: total.costLabel };
      return { runId, goal, phases, ended: ended.size, paused, cost, capMicros: cap?.capMicros ?? null };
    });
    const [live, waiting] = await Promise.all([Promise.all(liveRuns), reader.pendingReviews()]);
    const before = this.current.situation;
    // Asked again only while something is in the way: it starts git.
    const situation = before === 'ready' && live.length > 0 ? before : await situationIn(opened);
    return { situation, fault: null, live, waiting };
  }

  #count(event: EngineEvent): void {
    if (event.type === 'run-start') {
      const phases = event.plan.tiers.reduce((sum, tier) => sum + tier.phases.length, 0);
      this.#runs.set(event.runId, { goal: event.plan.goal, phases, ended: new Set(), paused: false });
    }
    if (event.type === 'phase-end' && event.phaseId) this.#runs.get(event.runId)?.ended.add(event.phaseId);
    const run = this.#runs.get(event.runId);
    if (run && event.type === 'run-controlled' && (event.control === 'pause' || event.control === 'resume'))
      run.paused = event.control === 'pause';
    if (event.type === 'run-end') this.#runs.delete(event.runId);
  }
}

async function situationIn({ repository, models }: Workspace): Promise<Situation> {
  await repository.head();
  try {
    models.for('builder');
    models.for('auditor');
    return 'ready';
  } catch (error) {
    const { code } = faultOf(error);
    if (code === 'config/unapproved') return 'unapproved';
    if (code !== 'model/not-configured') throw error;
    return 'no-model';
  }
}

function situationOfFault(fault: Fault): Situation | null {
  if (fault.code === 'repository/none') return 'no-git';
  return fault.code === 'repository/no-commit' ? 'no-commit' : null;
}
