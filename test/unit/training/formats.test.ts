import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExportFormat } from '../../../src/training/formats/format.ts';
import { exportFormats, formatNamed } from '../../../src/training/formats/registry.ts';
import { pairsOf } from '../../../src/training/pairs.ts';
import type { Trajectory } from '../../../src/training/trajectory.ts';
import { validateRows } from '../../../src/training/validate.ts';
import { matchesSnapshot } from '../../support/snapshot.ts';
import { anyTrajectory, features, lostOutcome, step, trajectory, withTools } from './fixtures.ts';

const better = { ...withTools(), change: features() };
const worse = trajectory({ attempt: 2, steps: [step({ reply: 'another patch' })], outcome: lostOutcome });

function rowsOf(format: ExportFormat, group: readonly Trajectory[]): readonly unknown[] {
  switch (format.unit) {
    case 'trajectory':
      return group.map((each) => format.row(each)).filter((row) => row !== null);
    case 'pair':
      return pairsOf(group).map((pair) => format.row(pair));
    case 'group':
      return [format.row(group)];
  }
}

async function* lines(...texts: readonly string[]): AsyncIterable<string> {
  yield* texts;
}

describe('export formats', () => {
  for (const format of exportFormats) {
    it(`writes ${format.name} as it was agreed on`, () => {
      const rows = rowsOf(format, [better, { ...worse, steps: [{ ...worse.steps[0] }] }]);
      assert.ok(rows.length > 0);
      matchesSnapshot(`training-${format.name}`, `${rows.map((row) => JSON.stringify(row, null, 1)).join('\n')}\n`);
    });

    it(`accepts every ${format.name} row that it writes`, () => {
      fc.assert(
        fc.property(fc.array(anyTrajectory, { minLength: 2, maxLength: 3 }), (group) => {
          for (const row of rowsOf(format, group)) {
            if (row === null) continue;
            const read = format.schema.safeParse(JSON.parse(JSON.stringify(row)));
            assert.ok(read.success, JSON.stringify(read.error?.issues[0]));
          }
        }),
        { numRuns: 40 },
      );
    });

    it(`refuses a ${format.name} row with a key that is not of the format`, () => {
      const [row] = rowsOf(format, [better, worse]);
      assert.equal(format.schema.safeParse({ ...(row as object), surprise: 1 }).success, false);
      assert.equal(format.schema.safeParse({}).success, false);
    });
  }

  it('has no group of one in ART', () => {
    assert.equal(formatNamed('art-groups')?.unit, 'group');
    assert.deepEqual(rowsOf(formatNamed('art-groups') as ExportFormat, [better]), [null]);
  });
});

describe('validateRows', () => {
  const sft = formatNamed('openai-sft') as ExportFormat;
  const row = {
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  };
  const good = JSON.stringify(row);
  const ten = Array.from({ length: 10 }, () => good);

  it('finds nothing wrong with a sound file', async () => {
    assert.deepEqual(await validateRows(lines(...ten, ''), sft), { rows: 10, faults: [], more: 0, problems: [] });
  });

  it('says row, field and reason of each fault', async () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    const bad: readonly [unknown, string, RegExp][] = [
      ['{"messages": ', '', /no JSON/],
      [{ messages: [] }, 'messages', /./],
      [{ messages: [{ role: 'user', content: 'a' }] }, 'messages.0.role', /last message must be the assistant/],
      [{ messages: [{ role: 'robot', content: 'a' }] }, 'messages.0.role', /./],
      [{ ...row, mood: 1 }, 'mood', /no key of this format/],
      [
        { messages: [...row.messages, { role: 'tool', content: 'x', tool_call_id: 'c' }] },
        'messages.2.tool_call_id',
        /no open tool call/,
      ],
      [
        {
          messages: [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: '', tool_calls: [call] },
            { role: 'user', content: 'b' },
            { role: 'assistant', content: 'c' },
          ],
        },
        'messages.2',
        /tool call c has no result/,
      ],
      [
        {
          messages: [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: '', tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }] },
          ],
        },
        'messages.1.tool_calls.0.function.arguments',
        /string/,
      ],
    ];
    for (const [value, field, reason] of bad) {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const { faults } = await validateRows(lines(...ten, text), sft);
      assert.equal(faults[0]?.row, 11);
      assert.equal(faults[0]?.field, field);
      assert.match(faults[0]?.reason ?? '', reason);
    }
  });

  it('says when there are too few rows for the reader', async () => {
    const { problems } = await validateRows(lines(good), sft);
    assert.match(problems[0] ?? '', /It has 1 rows; .* no fewer than 10/);
  });

  it('lists the first hundred faults and counts the rest', async () => {
    const { faults, more } = await validateRows(lines(...Array.from({ length: 130 }, () => '{}')), sft);
    assert.deepEqual([faults.length, more], [100, 30]);
  });
});
