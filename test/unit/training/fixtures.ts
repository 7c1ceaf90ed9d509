import fc from 'fast-check';
import { type ChangeFeatures, featureNames } from '../../../src/domain/scorer.ts';
import type { ChatMessage, ToolCall } from '../../../src/engine/ports/chat.ts';
import type { Outcome, Trajectory, TrajectoryStep } from '../../../src/training/trajectory.ts';

export const goodOutcome: Outcome = {
  landed: true,
  rolledBack: false,
  checks: 'passed',
  failToPass: 'held',
  audit: 'clean',
  criteriaMet: 2,
  criteria: 2,
  hunks: null,
  survival: null,
};

export const lostOutcome: Outcome = { ...goodOutcome, landed: false, checks: 'failed', criteriaMet: 0, audit: 'none' };

/** Figures of a small change; those that are not given follow from nothing. */
export function features(changes: Partial<ChangeFeatures> = {}): ChangeFeatures {
  const small = Object.fromEntries(featureNames.map((name) => [name, 1])) as ChangeFeatures;
  return { ...small, ...changes };
}

export function step(changes: Partial<TrajectoryStep> = {}): TrajectoryStep {
  return {
    callId: 'call-1',
    role: 'builder',
    component: null,
    model: 'lab/north',
    at: '2026-03-01T10:00:00.000Z',
    seconds: 3,
    system: 'You write patches.',
    messages: [{ role: 'user', text: 'Add a limit.' }],
    tools: [],
    reply: 'a patch',
    toolCalls: [],
    tokens: { input: 100, cached: 20, output: 10 },
    costMicros: 500,
    ...changes,
  };
}

export function trajectory(changes: Partial<Trajectory> = {}): Trajectory {
  const { runId = 'run-1', phaseId = 'limit', attempt = 1 } = changes;
  return {
    id: `${runId}/${phaseId}/${attempt}`,
    runId,
    phaseId,
    attempt,
    scenario: 'scenario-1',
    category: 'feature',
    startedAt: '2026-03-01T10:00:00.000Z',
    steps: [step()],
    outcome: goodOutcome,
    costMicros: 500,
    capMicros: 1_000_000,
    ...changes,
  };
}

const tools = [{ name: 'read_file', description: 'Reads a file.', parameters: { type: 'object' } }];

/** An attempt that reads a file before it answers, in two calls. */
export function withTools(): Trajectory {
  const use: ToolCall = { id: 'use-1', name: 'read_file', arguments: '{"path": "a.ts"}' };
  const asked: ChatMessage = { role: 'user', text: 'Add a limit.' };
  const first = step({ tools, reply: 'I look first.', toolCalls: [use] });
  const answered: readonly ChatMessage[] = [
    asked,
    { role: 'assistant', text: first.reply, toolCalls: [use] },
    { role: 'tool', toolCallId: 'use-1', text: 'let a = 1;' },
  ];
  return trajectory({ steps: [first, step({ callId: 'call-2', tools, messages: answered, reply: 'the patch' })] });
}

const text = fc.string({ unit: 'grapheme', minLength: 1 });
const argumentsText = fc.oneof(fc.json(), fc.string(), fc.constant('{"a":1}'));

/** Any trajectory that the engine could keep: turns of tools, and calls that begin anew. */
export const anyTrajectory: fc.Arbitrary<Trajectory> = fc
  .record({
    turns: fc.array(fc.record({ reply: text, uses: fc.array(argumentsText, { maxLength: 2 }), anew: fc.boolean() }), {
      minLength: 1,
      maxLength: 4,
    }),
    goal: text,
    system: fc.string(),
    attempt: fc.integer({ min: 1, max: 4 }),
    cost: fc.option(fc.nat()),
    landed: fc.boolean(),
  })
  .map(({ turns, goal, system, attempt, cost, landed }) => {
    const steps: TrajectoryStep[] = [];
    let messages: readonly ChatMessage[] = [{ role: 'user', text: goal }];
    for (const [index, turn] of turns.entries()) {
      if (turn.anew) messages = [{ role: 'user', text: `${goal} ${index}` }];
      const toolCalls = turn.uses.map((input, use) => ({
        id: `use-${index}-${use}`,
        name: 'read_file',
        arguments: input,
      }));
      steps.push(
        step({ callId: `call-${index}`, system, messages, tools, reply: turn.reply, toolCalls, costMicros: cost }),
      );
      const results = toolCalls.map(({ id }) => ({ role: 'tool' as const, toolCallId: id, text: `result of ${id}` }));
      const said: ChatMessage = { role: 'assistant', text: turn.reply, ...(toolCalls.length > 0 ? { toolCalls } : {}) };
      messages = [
        ...messages,
        said,
        ...results,
        ...(results.length === 0 ? [{ role: 'user', text: 'Go on.' } as const] : []),
      ];
    }
    const [first, ...rest] = steps as [TrajectoryStep, ...TrajectoryStep[]];
    return trajectory({ attempt, steps: [first, ...rest], outcome: landed ? goodOutcome : lostOutcome });
  });
