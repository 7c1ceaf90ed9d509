import { type TestController, type TestItem, type TestRun, TestRunRequest, type Uri } from 'vscode';
import { localize } from '../../contract/words.ts';
import { describeFault } from '../../domain/describe-fault.ts';
import type { EngineEvent, EventOf } from '../../domain/event.ts';
import { titleOf } from '../../domain/spec.ts';
import type { Session } from '../session.ts';
import type { CheckItems } from './check-items.ts';
import { CheckRun } from './check-run.ts';

type CheckEvent = EventOf<'check-start' | 'check-end' | 'checks-end' | 'phase-end'>;

interface Live {
  readonly run: TestRun;
  readonly checks: CheckRun;
}

/** Finds or makes the item of a phase that a run is about. */
export type PlaceOfPhase = (folder: Uri, runId: string, phaseId: string) => Promise<TestItem | null>;

/** Tells the Testing view of the checks of runs in this window, as they happen: one run there for each attempt. */
export class LiveChecks {
  readonly #controller: TestController;
  readonly #session: Session;
  readonly #items: CheckItems;
  readonly #placeOf: PlaceOfPhase;
  readonly #onError: (error: unknown) => void;
  readonly #live = new Map<string, Live>();
  /** Items are read from files: what comes meanwhile waits its turn. */
  #queue: Promise<void> = Promise.resolve();

  constructor(parts: {
    readonly controller: TestController;
    readonly session: Session;
    readonly items: CheckItems;
    readonly placeOf: PlaceOfPhase;
    readonly onError: (error: unknown) => void;
  }) {
    this.#controller = parts.controller;
    this.#session = parts.session;
    this.#items = parts.items;
    this.#placeOf = parts.placeOf;
    this.#onError = parts.onError;
  }

  hear(event: EngineEvent): void {
    if (!isCheckEvent(event)) return;
    this.#queue = this.#queue.then(() => this.#take(event)).catch(this.#onError);
  }

  /** Nothing is told any more. */
  end(): void {
    for (const { run } of this.#live.values()) run.end();
    this.#live.clear();
  }

  async #take(event: CheckEvent): Promise<void> {
    const { runId, phaseId } = event;
    if (phaseId === undefined) return;
    const key = `${runId}/${phaseId}`;
    switch (event.type) {
      case 'check-start':
        (await this.#open(key, event))?.checks.started(event.command);
        return;
      case 'check-end':
        this.#live.get(key)?.checks.ended(event.result);
        return;
      case 'checks-end': {
        const { withheld } = event.report;
        // Evidence that is only told once more has no run here.
        const live = this.#live.get(key) ?? (withheld === null ? null : await this.#open(key, event));
        if (withheld !== null) live?.checks.say(withheld);
        this.#close(key, null);
        return;
      }
      case 'phase-end':
        this.#close(key, event.fault ? describeFault(event.fault, localize).message : null);
    }
  }

  async #open(key: string, { runId, phaseId = '', attempt }: CheckEvent): Promise<Live | null> {
    const known = this.#live.get(key);
    if (known) return known;
    const folder = this.#session.folder?.uri;
    const item = folder && (await this.#placeOf(folder, runId, phaseId));
    if (!item) return null;
    const phase = await this.#session.use(({ ledger }) => ledger.phase(runId, phaseId));
    const title = phase ? titleOf(phase.spec) : item.label;
    const name = attempt === undefined || attempt < 2 ? title : `${title} · ${attempt}`;
    const run = this.#controller.createTestRun(new TestRunRequest([item]), name);
    const live = { run, checks: new CheckRun(run, this.#items.checksOf(item)) };
    this.#live.set(key, live);
    return live;
  }

  #close(key: string, problem: string | null): void {
    const live = this.#live.get(key);
    live?.checks.close(problem);
    live?.run.end();
    this.#live.delete(key);
  }
}

function isCheckEvent(event: EngineEvent): event is CheckEvent {
  return ['check-start', 'check-end', 'checks-end', 'phase-end'].includes(event.type);
}
