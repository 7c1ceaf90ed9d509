import assert from 'node:assert/strict';
import { rowsOf } from '../../../src/training/export-dataset.ts';
import { exportFormats } from '../../../src/training/formats/registry.ts';
import { createLeftOut } from '../../../src/training/left-out.ts';
import { validateRows } from '../../../src/training/validate.ts';
import { features, lostOutcome, step, trajectory, withTools } from './fixtures.ts';

type Row = ReturnType<typeof JSON.parse>;
/** What is done to a sound row, where its validator must see that, and what it must say. */
type Fault = readonly [change: (row: Row) => void, field: string, reason: RegExp];

const call = (row: Row) => row.messages.find(({ tool_calls: calls }: Row) => calls).tool_calls[0];
const messageFaults = (
  last: RegExp,
  of: (row: Row) => Row[] = (row) => row.messages,
  at = 'messages',
): readonly Fault[] => [
  [(row) => of(row).splice(0), at, /expected array to have|>=1/i],
  [(row) => Object.assign(of(row)[0], { role: 'robot' }), `${at}.0.role`, /./],
  [(row) => Object.assign(of(row)[0], { content: 7 }), `${at}.0.content`, /string/],
  [(row) => Object.assign(of(row)[0], { mood: 'glad' }), `${at}.0.mood`, /no key of this format/],
  [(row) => of(row).push({ role: 'system', content: 'end' }), `${at}.#last.role`, last],
];
const toolFaults: readonly Fault[] = [
  [(row) => row.messages.splice(3, 1), 'messages.3', /tool call use-1 has no result/],
  [(row) => Object.assign(row.messages[3], { tool_call_id: 'other' }), 'messages.3.tool_call_id', /answers no open/],
  [(row) => Object.assign(call(row).function, { name: '' }), 'messages.2.tool_calls.0.function.name', />=1/],
  [(row) => Object.assign(call(row), { type: 'program' }), 'messages.2.tool_calls.0.type', /function/],
];
const replyFaults = (name: string): readonly Fault[] => [
  [(row) => Object.assign(row[name][0], { content: '' }), `${name}.0.content`, /reply is empty/],
  [(row) => Object.assign(row[name][0], { role: 'user' }), `${name}.0.role`, /assistant/],
  [(row) => row[name].push(row[name][0]), name, /1/],
];
const trajectoryFaults = (at: string, of: (row: Row) => Row): readonly Fault[] => [
  [(row) => Object.assign(of(row), { reward: 1.5 }), `${at}reward`, /<=1/],
  [(row) => Object.assign(of(row), { reward: '1' }), `${at}reward`, /number/],
  [(row) => of(row).messages_and_choices.pop(), `${at}messages_and_choices.#last`, /last entry must be a choice/],
  [(row) => Object.assign(of(row).metrics, { success: 'yes' }), `${at}metrics.success`, /./],
  [(row) => Object.assign(of(row), { logs: 'none' }), `${at}logs`, /array/],
];

const faults: Readonly<Record<string, readonly Fault[]>> = {
  'trl-sft': [
    ...messageFaults(/last message must be the assistant/),
    ...toolFaults,
    [
      (row) => Object.assign(call(row).function, { arguments: '{}' }),
      'messages.2.tool_calls.0.function.arguments',
      /record/,
    ],
  ],
  'trl-dpo': [
    ...messageFaults(/last message must be the user/, (row) => row.prompt, 'prompt'),
    ...replyFaults('chosen'),
    ...replyFaults('rejected'),
    [(row) => Object.assign(row, { rejected: row.chosen }), 'rejected', /same reply as `chosen`/],
  ],
  'trl-kto': [...replyFaults('completion'), [(row) => Object.assign(row, { label: 1 }), 'label', /boolean/]],
  'trl-grpo': [
    [(row) => Object.assign(row, { rewards: [] }), 'rewards', />=1/],
    [(row) => Object.assign(row, { rewards: [-0.1] }), 'rewards.0', />=0/],
    [(row) => Object.assign(row, { scenario: '' }), 'scenario', />=1/],
  ],
  spin: [
    [(row) => row.generated.splice(0, 1), 'generated', /same prompt as `real`/],
    [(row) => row.real.pop(), 'real.#last.role', /last message must be the assistant/],
  ],
  sharegpt: [
    [(row) => row.conversations.splice(0, 1), 'conversations.0.from', /human or observation in turn 1/],
    [(row) => row.conversations.pop(), 'conversations.#last.from', /last turn must be an answer/],
    [(row) => Object.assign(row.conversations[0], { from: 'person' }), 'conversations.0.from', /./],
    [(row) => delete row.system, 'system', /string/],
  ],
  'openai-sft': [
    ...messageFaults(/last message must be the assistant/),
    ...toolFaults,
    [
      (row) => Object.assign(call(row).function, { arguments: {} }),
      'messages.2.tool_calls.0.function.arguments',
      /string/,
    ],
    [(row) => Object.assign(row.tools[0].function, { name: 'no spaces' }), 'tools.0.function.name', /./],
    [(row) => Object.assign(row, { tools: [] }), 'tools', />=1/],
  ],
  'openai-dpo': [
    [(row) => row.input.messages.push({ role: 'assistant', content: 'x' }), 'input.messages.#last.role', /the user/],
    ...replyFaults('preferred_output'),
    ...replyFaults('non_preferred_output'),
  ],
  'openai-rft': [
    ...messageFaults(/last message must be the user/),
    [(row) => Object.assign(row, { reference_patch: '' }), 'reference_patch', />=1/],
  ],
  art: trajectoryFaults('', (row) => row),
  'art-groups': [
    ...trajectoryFaults('trajectories.0.', (row) => row.trajectories[0]),
    [(row) => row.trajectories.pop(), 'trajectories', />=2/],
  ],
  atif: [
    [(row) => Object.assign(row, { schema_version: 'ATIF-v1.4' }), 'schema_version', /ATIF-v1\.7/],
    [(row) => Object.assign(row.steps[1], { step_id: 5 }), 'steps.1.step_id', /must be 2/],
    [(row) => Object.assign(row.steps[0], { model_name: 'x' }), 'steps.0.model_name', /step of the agent/],
    [
      (row) => Object.assign(row.steps[2].observation.results[0], { source_call_id: 'x' }),
      'steps.2.observation.results.0.source_call_id',
      /names no tool call/,
    ],
    [(row) => Object.assign(row.steps[1], { surprise: 1 }), 'steps.1.surprise', /no key of this format/],
    [(row) => Object.assign(row.steps[2], { timestamp: 'today' }), 'steps.2.timestamp', /datetime/],
    [(row) => Object.assign(row, { steps: [] }), 'steps', />=1/],
    [(row) => delete row.agent.version, 'agent.version', /string/],
    [(row) => Object.assign(row.final_metrics, { total_cost_usd: -1 }), 'final_metrics.total_cost_usd', />=0/],
  ],
  'attempt-features': [
    [(row) => delete row.features.risk, 'features.risk', /number/],
    [(row) => Object.assign(row.features, { charm: 1 }), 'features.charm', /no key of this format/],
    [(row) => Object.assign(row, { landed: 'yes' }), 'landed', /boolean/],
    [(row) => Object.assign(row, { startedAt: 'today' }), 'startedAt', /datetime/],
  ],
};

describe('a file of faults, one for each rule', () => {
  const lost = trajectory({
    attempt: 2,
    outcome: lostOutcome,
    steps: [step({ reply: 'another patch' })],
    change: features(),
  });
  const group = [{ ...withTools(), change: features() }, lost];

  for (const format of exportFormats) {
    it(`is refused row by row as ${format.name}, with field and reason`, async () => {
      const [sound] = rowsOf(format, group, createLeftOut());
      const wrong = faults[format.name] ?? [];
      assert.ok(wrong.length > 0, 'a format without a fault of its own is not tested');
      const expected: { row: number; field: string; reason: RegExp }[] = [];
      const lines = wrong.map(([change, field, reason], at) => {
        const row = JSON.parse(JSON.stringify(sound));
        change(row);
        expected.push({ row: at + 1, field: withLast(field, row), reason });
        return JSON.stringify(row);
      });
      async function* file() {
        yield* lines;
      }
      const { faults: found, more } = await validateRows(file(), format);
      assert.equal(more, 0);
      for (const { row, field, reason } of expected) {
        const own = found.filter((fault) => fault.row === row);
        assert.ok(
          own.some((fault) => fault.field === field && reason.test(fault.reason)),
          `row ${row}: ${field} ${reason} is not among ${JSON.stringify(own)}`,
        );
      }
    });
  }
});

/** `#last` stands for the index of the last entry of the list before it. */
function withLast(field: string, row: Row): string {
  const [before, after] = field.split('.#last');
  if (after === undefined) return field;
  const list = (before as string).split('.').reduce((value, name) => value[name], row);
  return `${before}.${list.length - 1}${after}`;
}
