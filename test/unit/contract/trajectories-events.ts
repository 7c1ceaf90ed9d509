import type { EngineEvent, EventDraft } from '../../../src/domain/event.ts';
import { phaseSpecSchema } from '../../../src/domain/spec.ts';

export const spec = phaseSpecSchema.parse({ id: 'api', goal: 'An endpoint.' });

const startMs = Date.parse('2026-03-01T10:00:00.000Z');

/** Events of one phase, each at so many seconds after its beginning. */
export function eventsOf(
  ...told: readonly (readonly [seconds: number, draft: Record<string, unknown>])[]
): EngineEvent[] {
  return told.map(([seconds, draft], index) => ({
    eventId: `e-${String(index).padStart(3, '0')}`,
    runId: 'r',
    phaseId: 'api',
    stage: 'COMPLETE',
    at: new Date(startMs + seconds * 1000).toISOString(),
    ...draft,
  })) as EngineEvent[];
}

export const atSecond = (seconds: number) => startMs + seconds * 1000;

type Draft<Type extends EventDraft['type']> = Extract<EventDraft, { type: Type }>;

export const result: Draft<'check-end'>['result'] = {
  command: 'npm test',
  outcome: 'failed',
  exitCode: 1,
  seconds: 4,
  output: '41 passed, 1 failed\n',
  outputHash: 'f'.repeat(64),
  tries: 1,
};

export const finding = {
  severity: 'minor',
  category: 'tests',
  file: 'src/a.ts',
  line: 3,
  claim: 'No test.',
  evidence: 'const a = 1;',
  suggestion: null,
  component: 'correctness',
  model: 'lab/large',
  fingerprint: 'p',
} as const;

export const because = { kind: 'checks', summary: 'npm test failed.', detail: '1 failed', signature: 's' } as const;

const call = (callId: string, role: string, component: string, model: string) => ({
  attempt: 1,
  callId,
  role,
  component,
  model,
});
const ended = {
  tokens: { input: 1000, cached: 400, output: 100 },
  cost: { micros: 210_000, label: 'computed' },
  seconds: 2,
  overrun: false,
  fault: null,
};

/** Two attempts: the first fails a check, the second waits for a signature with a minor finding. */
export const twoAttempts = eventsOf(
  [0, { type: 'phase-start', spec, tierId: 'main', base: 'a'.repeat(40) }],
  [0, { type: 'attempt-start', attempt: 1, model: 'lab/mini', reason: 'configured for the Builder' }],
  [0, { type: 'call-start', ...call('c1', 'builder', 'builder', 'lab/mini'), reserved: { tokens: 9, micros: 9 } }],
  [2, { type: 'call-end', ...call('c1', 'builder', 'builder', 'lab/mini'), ...ended }],
  [3, { type: 'patch-staged', attempt: 1, summary: 's', staged: stagedWith('diff one') }],
  [3, { type: 'check-start', attempt: 1, command: 'npm test' }],
  [7, { type: 'check-end', attempt: 1, result }],
  [7, { type: 'verdict-reached', attempt: 1, verdict: { type: 'revise', because }, risk: null }],
  [8, { type: 'attempt-start', attempt: 2, model: 'lab/large', reason: 'tries again' }],
  [
    8,
    {
      type: 'call-start',
      ...call('c2', 'builder', 'builder', 'lab/large'),
      attempt: 2,
      reserved: { tokens: 9, micros: 9 },
    },
  ],
  [
    9,
    {
      type: 'call-retry',
      attempt: 2,
      callId: 'c2',
      afterSeconds: 12,
      fault: { code: 'model/rate-limited', provider: 'lab', retryAfterSeconds: 12 },
    },
  ],
  [24, { type: 'call-end', ...call('c2', 'builder', 'builder', 'lab/large'), attempt: 2, ...ended, seconds: 16 }],
  [24, { type: 'patch-staged', attempt: 2, summary: 's', staged: stagedWith('diff two') }],
  [
    25,
    {
      type: 'call-start',
      ...call('c3', 'auditor', 'correctness', 'lab/large'),
      attempt: 2,
      reserved: { tokens: 9, micros: 9 },
    },
  ],
  [27, { type: 'call-end', ...call('c3', 'auditor', 'correctness', 'lab/large'), attempt: 2, ...ended }],
  [
    27,
    {
      type: 'audit-end',
      attempt: 2,
      audit: {
        summary: 'One thing.',
        findings: [finding],
        panel: [{ component: 'correctness', model: 'lab/large', failure: null }],
      },
    },
  ],
  [
    27,
    {
      type: 'verdict-reached',
      attempt: 2,
      verdict: { type: 'review', reasons: ['Autonomy is review.'] },
      risk: { score: 40, level: 'medium', parts: [] },
    },
  ],
  [28, { type: 'review-requested', attempt: 2, reasons: ['Autonomy is review.'] }],
);

export function stagedWith(patch: string) {
  return {
    base: 'a'.repeat(40),
    commit: 'b'.repeat(40),
    tree: 'c'.repeat(40),
    ref: 'refs/countersign/staged/x',
    patch,
    files: [{ path: 'src/a.ts', added: 3, removed: 1 }],
    repairs: [{ kind: 'whitespace', file: 'src/a.ts', hunk: 1, detail: 'Spaces.' }],
    flags: [],
  };
}
