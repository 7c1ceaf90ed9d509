import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Audit, Finding } from '../../../src/domain/audit.ts';
import type { CheckReport } from '../../../src/domain/checks.ts';
import { configSchema } from '../../../src/domain/config.ts';
import type { ControlRequest } from '../../../src/domain/control.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { EngineEvent } from '../../../src/domain/event.ts';
import type { Staged } from '../../../src/domain/proposal.ts';
import { fail, ok } from '../../../src/domain/result.ts';
import { type Plan, phaseSpecSchema } from '../../../src/domain/spec.ts';
import type { EngineParts } from '../../../src/engine/context.ts';
import { type Engine, engineOf } from '../../../src/engine/engine.ts';
import type { ChatModel } from '../../../src/engine/ports/chat.ts';
import type { Repository } from '../../../src/engine/ports/repository.ts';
import { type Ledger, openLedger } from '../../../src/ledger/open-ledger.ts';

/** What becomes of one attempt. */
export type Act = 'land' | 'minor' | 'major' | 'check-fails' | 'refused' | 'fault' | 'review';

export interface PhasePlan {
  readonly id: string;
  readonly dependsOn?: readonly string[];
  /** One for each attempt; the last one holds for all that follow. */
  readonly acts?: readonly Act[];
  /** Turns of the event loop that its proposal takes. */
  readonly turns?: number;
  /** Minor findings of an attempt that lands. */
  readonly minors?: number;
}

export interface WorldOptions {
  readonly tiers: readonly (readonly PhasePlan[])[];
  readonly config?: Record<string, unknown>;
  /** Called when a proposal is asked for. */
  readonly onPropose?: (phaseId: string, attempt: number) => void | Promise<void>;
  readonly inbox?: EngineParts['inbox'];
  readonly deployments?: Partial<EngineParts['deployments']>;
}

export interface World {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly plan: Plan;
  readonly events: EngineEvent[];
  /** Phases in the order in which they landed. */
  readonly landed: string[];
  /** Most proposals that were under way at the same time. */
  readonly busiest: () => number;
  close(): void;
}

const noInbox: EngineParts['inbox'] = { take: async () => [], send: async () => false };

/** An engine on a repository, models and checks that play a part, and on a real ledger. */
export function openWorld({ tiers, config = {}, onPropose, inbox = noInbox, deployments }: WorldOptions): World {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-engine-'));
  const ledger = openLedger(directory, { userStateDirectory: join(directory, 'user') });
  const phases = new Map(tiers.flat().map((phase) => [phase.id, phase]));
  const events: EngineEvent[] = [];
  const landed: string[] = [];
  let head = 'commit-0';
  let working = 0;
  let busiest = 0;
  const actOf = (phaseId: string, attempt: number): Act => {
    const acts = phases.get(phaseId)?.acts ?? ['land'];
    return acts[Math.min(attempt, acts.length) - 1] ?? 'land';
  };
  const stagedOn = (phaseId: string, attempt: number, base: string): Staged => ({
    base,
    commit: `staged-${phaseId}-${attempt}-on-${base}`,
    tree: `tree-${phaseId}-${attempt}`,
    ref: `refs/countersign/staged/${phaseId}-${attempt}`,
    patch: `patch of ${phaseId} ${attempt}`,
    files: [{ path: `${phaseId}.txt`, added: 1, removed: 0 }],
    repairs: [],
    flags: [],
  });
  const repository: Partial<Repository> = {
    root: directory,
    stateDirectory: directory,
    head: async () => ({ commit: head, branch: 'refs/heads/main' }),
    resolve: async (ref) => (ref === 'refs/heads/main' ? head : ref),
    checkLandable: async () => null,
    findLanding: async () => null,
    openRunBranch: async () => 'refs/heads/main',
    mergeRunBranch: async () => ok(head),
    async stage({ scope, base }) {
      if (actOf(scope.phaseId, scope.attempt) === 'refused') return fail({ code: 'patch/changes-nothing' });
      return ok(stagedOn(scope.phaseId, scope.attempt, base));
    },
    reuseStaged: async (_, staged) => staged,
    restage: async ({ phaseId, attempt }, _, base) => ok(stagedOn(phaseId, attempt, base)),
    // The text that was chosen names the tree, so that a test can say what becomes of it.
    stageTexts: async (_, staged, texts) => {
      const text = [...texts.values()].join(' ');
      if (text === '') return fail({ code: 'patch/changes-nothing' });
      return ok({ ...staged, commit: `${staged.commit}-${text}`, tree: text, patch: `${staged.patch} ${text}` });
    },
    async land({ scope, staged, branch }) {
      if (staged.base !== head) return fail({ code: 'repository/moved', branch });
      landed.push(scope.phaseId);
      head = `commit-${landed.length}-${scope.phaseId}`;
      return ok({ commit: head, parent: staged.base, tree: staged.tree, branch });
    },
  };
  const model = (id: string): ChatModel => ({
    id,
    recorded: false,
    format: 'diff',
    standIns: [],
    complete: () => Promise.reject(new Error('No model is asked here.')),
  });
  const finding = (severity: Finding['severity'], number: number): Finding => ({
    severity,
    category: 'correctness',
    file: null,
    line: null,
    claim: `Claim ${number}.`,
    evidence: '',
    suggestion: null,
    component: 'correctness',
    model: 'lab/auditor',
    fingerprint: `print-${number}`,
  });
  const parts: EngineParts = {
    config: configSchema.parse({ autonomy: 'full', ...config }),
    repository: repository as Repository,
    builder: {
      drift: async () => null,
      async propose({ scope }, _feedback, _tell, signal) {
        working += 1;
        busiest = Math.max(busiest, working);
        try {
          await onPropose?.(scope.phaseId, scope.attempt);
          for (let turn = phases.get(scope.phaseId)?.turns ?? 0; turn > 0 && !signal.aborted; turn--) {
            await new Promise((resolve) => setImmediate(resolve));
          }
          if (signal.aborted) throw new EngineError({ code: 'interrupted' });
          const act = actOf(scope.phaseId, scope.attempt);
          if (act === 'fault')
            throw new EngineError({ code: 'model/unreachable', provider: 'lab', address: '', detail: '' });
          return ok({ reply: `reply ${scope.attempt}`, model: 'lab/builder', summary: '', claims: [], tests: [] });
        } finally {
          working -= 1;
        }
      },
      reflect: async () => 'Think.',
    },
    auditor: {
      scan: async () => ({ findings: [], protectedPaths: [] }),
      async review({ task: { scope } }) {
        const act = actOf(scope.phaseId, scope.attempt);
        const minors = act === 'minor' ? 1 : (phases.get(scope.phaseId)?.minors ?? 0);
        const findings = Array.from({ length: minors }, (_, number) => finding('minor', number));
        if (act === 'major') findings.push(finding('major', scope.attempt));
        return { summary: '', findings, panel: [] } satisfies Audit;
      },
    },
    verifier: {
      async run(scope, _spec, staged): Promise<CheckReport> {
        if (staged.tree === 'unreachable')
          throw new EngineError({ code: 'model/unreachable', provider: 'lab', address: '', detail: '' });
        const isFailing = actOf(scope.phaseId, scope.attempt) === 'check-fails' || staged.tree === 'broken';
        const result = {
          command: 'npm test',
          outcome: isFailing ? ('failed' as const) : ('passed' as const),
          exitCode: isFailing ? 1 : 0,
          seconds: scope.attempt,
          output: `output ${scope.attempt}`,
          outputHash: `hash-${scope.phaseId}-${scope.attempt}`,
          tries: 1,
        };
        return { tree: staged.tree, results: [result], flags: [], sandbox: 'none', withheld: null };
      },
    },
    budget: ledger,
    store: ledger,
    claims: ledger,
    modelsOf: () => ({ for: (role, id) => model(id ?? `lab/${role}`), worstCost: async () => null }),
    now: () => new Date(),
    keptReplies: {
      remembering: (models) => models,
      replaying: () => ({ for: () => model('x'), worstCost: async () => null }),
    },
    inbox,
    version: '1.0.0',
    deployments: { current: async () => null, isOwn: async () => true, review: async () => null, ...deployments },
    prompts: {},
    matching: (globs) => (path) => globs.includes(path),
  };
  const engine = engineOf({ parts, recorder: ledger, onListenerError: (error) => assertNever(error) });
  engine.listen((event) => events.push(event));
  return {
    engine,
    ledger,
    plan: planOf(tiers),
    events,
    landed,
    busiest: () => busiest,
    close() {
      ledger.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function assertNever(error: unknown): never {
  throw error;
}

function planOf(tiers: WorldOptions['tiers']): Plan {
  return {
    id: 'plan',
    goal: 'All of it.',
    autonomy: null,
    landingBranch: null,
    budget: {},
    tiers: tiers.map((phases, index) => ({
      id: `tier-${index + 1}`,
      title: `Tier ${index + 1}`,
      budget: {},
      phases: phases.map(({ id, dependsOn, acts }) =>
        phaseSpecSchema.parse({
          id,
          goal: `Do ${id}.`,
          dependsOn,
          category: 'chore',
          ...(acts?.includes('review') ? { risk: 'high' } : {}),
        }),
      ),
    })),
  };
}

/** Resolves to the request when it is taken: one that lets a test speak to a run in its own time. */
export function scriptedInbox(): EngineParts['inbox'] & { ask(request: ControlRequest): void } {
  let waiting: ControlRequest[] = [];
  return {
    ask: (request) => waiting.push(request),
    async take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    send: async () => false,
  };
}
