import assert from 'node:assert/strict';
import { type AuditorOptions, createAuditor } from '../../../src/auditor/auditor.ts';
import type { RuleFinding } from '../../../src/auditor/findings.ts';
import type { Rule, RuleMaterial } from '../../../src/auditor/rules/rule.ts';
import { defaultTestGlobs } from '../../../src/domain/config.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { Fault } from '../../../src/domain/fault.ts';
import type { FileChange } from '../../../src/domain/patch.ts';
import type { Staged } from '../../../src/domain/proposal.ts';
import { readDiff } from '../../../src/domain/read-diff.ts';
import type { PhaseSpec } from '../../../src/domain/spec.ts';
import type { PanelModels, PanelRequest } from '../../../src/engine/ports/auditor.ts';
import type { ChatModel, ChatRequest } from '../../../src/engine/ports/chat.ts';
import { createRedactor } from '../../../src/ledger/redact.ts';
import { flagChanges } from '../../../src/patch/flag-changes.ts';
import { formatPatch } from '../../../src/patch/format-patch.ts';
import { statsOf } from '../../../src/patch/patch-stats.ts';
import { matching, outOfScope } from '../../../src/patch/scope.ts';
import { checkOf, reportOf, specOf } from '../engine/evidence.ts';

/** Files before and after a change; null where there is none. */
export type Change = Readonly<Record<string, readonly [before: string | null, after: string | null]>>;

const redactor = createRedactor();

export function stagedOfChange(change: Change): Staged {
  const files = Object.entries(change).map(
    ([path, [before, after]]): FileChange => ({ path, renamedFrom: null, before, after, mode: '100644' }),
  );
  const text = formatPatch(files);
  const flags = flagChanges(files);
  return {
    base: 'base',
    commit: 'commit',
    tree: 'tree',
    ref: 'refs/countersign/x',
    patch: text,
    files: statsOf({ text, files, repairs: [], flags }),
    repairs: [],
    flags,
  };
}

function side(change: Change, at: 0 | 1): ReadonlyMap<string, string> {
  return new Map(Object.entries(change).flatMap(([path, texts]) => (texts[at] === null ? [] : [[path, texts[at]]])));
}

/** What one rule says of a change. */
export function findingsOf(rule: Rule, change: Change, spec: PhaseSpec = specOf()): readonly RuleFinding[] {
  const staged = stagedOfChange(change);
  const material: RuleMaterial = {
    spec,
    staged,
    diff: readDiff(staged.patch),
    before: side(change, 0),
    after: side(change, 1),
    isTest: matching(defaultTestGlobs),
    outOfScope: (paths) => outOfScope(paths, spec.scope),
    redact: redactor.text,
  };
  return rule.find(material);
}

/** Answers of models, by `COMPONENT` or `COMPONENT MODEL`; a list is given in turn, a fault is thrown. */
export type Answers = Readonly<Record<string, string | Fault | 'hangs' | readonly (string | Fault)[]>>;

export interface Panel {
  readonly models: PanelModels;
  readonly requests: (ChatRequest & { readonly model: string })[];
}

export function panelOf(answers: Answers, ids: readonly string[] = ['lab/auditor']): Panel {
  const requests: Panel['requests'] = [];
  const used = new Map<string, number>();
  const modelOf = (id: string): ChatModel => ({
    id,
    recorded: false,
    format: 'diff',
    standIns: [],
    async complete(request, signal) {
      const component = request.component ?? request.role;
      requests.push({ ...request, model: id });
      const key = `${component} ${id}` in answers ? `${component} ${id}` : component;
      const answer = answers[key];
      const at = used.get(key) ?? 0;
      used.set(key, at + 1);
      const next = typeof answer === 'object' && Array.isArray(answer) ? answer[at] : answer;
      if (next === undefined) return assert.fail(`${component} was asked once more than expected`);
      if (next === 'hangs') return hang(signal);
      if (typeof next !== 'string') throw new EngineError(next as Fault);
      return {
        text: next,
        toolCalls: [],
        tookTools: true,
        model: id,
        tokens: null,
        billedMicros: null,
        servedBy: null,
      };
    },
  });
  return {
    requests,
    models: { ids, builder: 'lab/builder', auditor: modelOf, aggregator: () => modelOf('lab/aggregator') },
  };
}

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new EngineError({ code: 'interrupted' }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

export function auditorFor(change: Change, options: Partial<AuditorOptions> = {}) {
  return createAuditor({
    outputLimit: 1000,
    treeAt: (commit) => ({
      commit,
      paths: async () => Object.keys(change),
      read: async (paths) =>
        new Map([...side(change, commit === 'base' ? 0 : 1)].filter(([path]) => paths.includes(path))),
    }),
    redact: redactor.text,
    matching,
    tests: defaultTestGlobs,
    reviewers: [],
    panel: null,
    dismissals: () => [],
    confidenceOf: () => null,
    calibrations: () => [],
    contextTokens: 60_000,
    panelMicros: () => null,
    ...options,
  });
}

/** The change that reviews of these tests speak of, unless they bring their own. */
export const sumChange: Change = {
  'src/sum.js': [
    'export function sum(a, b) {\n  return a - b;\n}\n\nexport const unused = eval;\n',
    'export function sum(a, b) {\n  return a + b;\n}\n\nexport const unused = eval;\n',
  ],
};

export interface Reviewing extends Partial<AuditorOptions> {
  readonly change?: Change;
  readonly spec?: PhaseSpec;
  readonly care?: PanelRequest['care'];
  readonly models?: readonly string[];
  readonly checks?: PanelRequest['checks'];
  readonly signal?: AbortSignal;
}

/** One review of a change, from its scan on. */
export async function review(answers: Answers, reviewing: Reviewing = {}) {
  const { change = sumChange, spec = specOf(), care = 'low', models, checks, signal, ...options } = reviewing;
  const panel = panelOf(answers, models);
  const auditor = auditorFor(change, options);
  const staged = stagedOfChange(change);
  const scan = await auditor.scan(spec, staged);
  const task = { scope: { runId: 'run', tierId: null, phaseId: 'phase', attempt: 1 }, spec, base: 'base' };
  const request = { task, staged, scan, checks: checks ?? reportOf(checkOf('passed')), care, models: panel.models };
  const audit = await auditor.review(request, signal ?? new AbortController().signal);
  return { audit, requests: panel.requests, staged, scan };
}

interface Said {
  readonly severity?: string;
  readonly category?: string;
  readonly file?: string | null;
  readonly line?: number | null;
  readonly claim?: string;
  readonly evidence?: string;
}

export function reply(...said: readonly Said[]): string {
  const findings = said.map((each) => ({
    severity: 'major',
    category: 'correctness',
    file: 'src/sum.js',
    line: 2,
    claim: 'Strings are joined.',
    evidence: 'return a + b;',
    suggestion: null,
    ...each,
  }));
  return JSON.stringify({ summary: 'As said.', findings });
}

export const clean = '{"summary": "Good.", "findings": []}';
