import assert from 'node:assert/strict';
import fc from 'fast-check';
import { atif, fromAtif, toAtif } from '../../../src/training/formats/atif.ts';
import { anyTrajectory, features, goodOutcome, trajectory, withTools } from './fixtures.ts';

describe('ATIF', () => {
  it('reads back as the same trajectory, whatever was said and whichever tools were used', () => {
    fc.assert(
      fc.property(anyTrajectory, (before) => {
        const document: unknown = JSON.parse(JSON.stringify(toAtif(before)));
        assert.ok(atif.schema.safeParse(document).success);
        const read = fromAtif(document);
        assert.ok(read.ok, read.ok ? '' : read.fault);
        assert.deepEqual(read.value, before);
      }),
    );
  });

  it('reads back what became of the change, its figures, and what judges said', () => {
    const outcome = { ...goodOutcome, hunks: { accepted: 2, edited: 1, rejected: 0 }, survival: 0.75 };
    const before = trajectory({ outcome, change: features({ risk: 30 }), judged: { self: 0.5, ruler: null } });
    const read = fromAtif(JSON.parse(JSON.stringify(toAtif(before))));
    assert.deepEqual(read.ok && read.value, before);
  });

  it('takes a document of an older version, which knew none of it', () => {
    const document = JSON.parse(JSON.stringify(toAtif(trajectory())));
    delete document.extra.countersign.outcome.hunks;
    delete document.extra.countersign.outcome.survival;
    const read = fromAtif(document);
    assert.deepEqual(read.ok && read.value, trajectory());
  });

  it('numbers steps from 1 and ties each observation to its call', () => {
    const { steps } = toAtif(withTools());
    assert.deepEqual(
      steps.map((step) => [step.step_id, step.source]),
      [
        [1, 'system'],
        [2, 'user'],
        [3, 'agent'],
        [4, 'agent'],
      ],
    );
    assert.equal(steps[2]?.observation?.results[0]?.source_call_id, steps[2]?.tool_calls?.[0]?.tool_call_id);
  });

  it('refuses what breaks a rule of the format, and says where', () => {
    const sound = () => JSON.parse(JSON.stringify(toAtif(withTools())));
    const faults: readonly [RegExp, (document: ReturnType<typeof sound>) => void][] = [
      [
        /^schema_version/,
        (document) => {
          document.schema_version = 'ATIF-v0.9';
        },
      ],
      [
        /^steps: /,
        (document) => {
          document.steps = [];
        },
      ],
      [
        /^steps.1.step_id: must be 2/,
        (document) => {
          document.steps[1].step_id = 7;
        },
      ],
      [
        /^steps.1.model_name: only a step of the agent/,
        (document) => {
          document.steps[1].model_name = 'm';
        },
      ],
      [
        /source_call_id: names no tool call/,
        (document) => {
          document.steps[2].observation.results[0].source_call_id = 'x';
        },
      ],
      [
        /^steps.0.timestamp/,
        (document) => {
          document.steps[0].timestamp = 'yesterday';
        },
      ],
      [
        /^steps.2.tool_calls.0.arguments/,
        (document) => {
          document.steps[2].tool_calls[0].arguments = '{}';
        },
      ],
      [
        /Unrecognized key/,
        (document) => {
          document.mood = 'good';
        },
      ],
      [
        /^agent.version/,
        (document) => {
          delete document.agent.version;
        },
      ],
      [
        /^extra.countersign/,
        (document) => {
          delete document.extra;
        },
      ],
    ];
    for (const [reason, spoil] of faults) {
      const document = sound();
      spoil(document);
      const read = fromAtif(document);
      assert.equal(read.ok, false, String(reason));
      assert.match(read.ok ? '' : read.fault, reason);
    }
  });

  it('does not invent a price that is unknown', () => {
    const [first] = trajectory().steps;
    const { steps } = toAtif(trajectory({ steps: [{ ...first, costMicros: null }] }));
    assert.equal(steps.at(-1)?.metrics?.cost_usd, undefined);
  });
});
