import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assembleBrief } from '../../../src/builder/brief.ts';
import { createBuilder } from '../../../src/builder/builder.ts';
import { earlierPhases } from '../../../src/builder/gather/earlier-phases.ts';
import type { Gatherer, GatherInput, Piece } from '../../../src/builder/gather/gatherer.ts';
import { type GatherResult, runGatherers } from '../../../src/builder/gather/run-gatherers.ts';
import { readReplyNotes } from '../../../src/builder/read-claims.ts';
import type { OpenTools } from '../../../src/builder/tools/toolbox.ts';
import type { PhaseRecord } from '../../../src/domain/run.ts';
import { matching } from '../../../src/patch/scope.ts';
import { specOf } from '../engine/evidence.ts';
import { assignmentOf, modelOf, readerOf, surveyOf } from './ground.ts';

function resultOf(name: string, share: number, pieces: readonly Piece[]): GatherResult {
  return { name, heading: name, share, outcome: 'done', seconds: 0, detail: null, pieces, left: [] };
}

function pieceOf(title: string, length: number, value: number, form: Piece['form'] = 'whole'): Piece {
  return { title, path: title, form, text: 'x'.repeat(length), value };
}

describe('assembling a brief', () => {
  const piece = fc.record({
    title: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    length: fc.integer({ min: 0, max: 3_000 }),
    value: fc.double({ min: 0, max: 1, noNaN: true }),
    form: fc.constantFrom('whole', 'excerpt', 'outline', 'note'),
  });

  it('never goes over its budget, shows a file once, and gives the same brief for the same pieces', () => {
    const results = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.array(piece, { maxLength: 8 })), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(results, fc.integer({ min: 0, max: 2_000 }), (made, budget) => {
        const gathered = made.map(([share, pieces], at) =>
          resultOf(
            `g${at}`,
            share,
            pieces.map(({ title, length, value, form }) => pieceOf(title, length, value, form as Piece['form'])),
          ),
        );
        const brief = assembleBrief(gathered, budget);
        assert.ok(brief.report.usedTokens <= budget);
        const paths = brief.sections.flatMap(({ pieces }) => pieces.map((shown) => shown.path));
        assert.equal(new Set(paths).size, paths.length);
        assert.deepEqual(assembleBrief(gathered, budget), brief);
      }),
    );
  });

  it('gives each its share before the rest is given away', () => {
    const greedy = resultOf(
      'greedy',
      0.5,
      [...Array(40).keys()].map((at) => pieceOf(`g${at}`, 360, 1)),
    );
    const modest = resultOf('modest', 0.2, [pieceOf('m', 360, 0.01)]);
    const { report } = assembleBrief([greedy, modest], 2_000);
    assert.ok(report.shown.some(({ title }) => title === 'm'));
    assert.ok(report.shown.length > 10 && report.cut.length > 0);
    assert.ok(report.cut.every(({ why }) => why === 'does not fit'));
  });

  it('shows the shorter form of what does not fit whole', () => {
    const long = { ...pieceOf('long', 40_000, 1), shorter: pieceOf('long', 400, 1, 'excerpt') };
    const { report } = assembleBrief([resultOf('files', 1, [long])], 1_000);
    assert.deepEqual(
      report.shown.map(({ title, form }) => [title, form]),
      [['long', 'excerpt']],
    );
    assert.deepEqual(report.cut, []);
  });
});

describe('earlier phases in a brief', () => {
  it('say what they landed, changed and left noted', () => {
    const record = {
      id: 'limits',
      spec: specOf({ id: 'limits', title: 'Limits', goal: 'Limit the list.' }),
      state: 'landed',
      landing: { commit: 'abcdef0123456789', parent: 'p', tree: 't', branch: 'refs/heads/main' },
      staged: { files: [{ path: 'src/list.ts', added: 1, removed: 0 }] },
      audit: { findings: [{ file: 'src/list.ts', claim: 'No test for zero.' }] },
    } as unknown as PhaseRecord;
    const [piece] = earlierPhases([record]).pieces;
    assert.equal(piece?.title, '1. limits: Limits');
    for (const part of ['landed as abcdef0123', 'Limit the list.', 'src/list.ts', 'No test for zero.']) {
      assert.ok(piece?.text.includes(part), part);
    }
    assert.deepEqual(earlierPhases([]).pieces, []);
  });
});

describe('running gatherers', () => {
  const input = {} as GatherInput;
  const gatherer = (name: string, gather: Gatherer['gather'], seconds = 5): Gatherer => ({
    name,
    heading: name,
    share: 1,
    seconds,
    gather,
  });
  const nothing = { pieces: [], left: [] };

  it('states a failure and a timeout, and lets the others be', async () => {
    const results = await runGatherers(
      [
        gatherer('good', async () => ({ pieces: [pieceOf('a', 1, 1)], left: [] })),
        gatherer('bad', async () => {
          throw new Error('no such thing');
        }),
        gatherer('slow', () => new Promise(() => {}), 0.05),
      ],
      input,
      new AbortController().signal,
    );
    assert.deepEqual(
      results.map(({ name, outcome, pieces }) => [name, outcome, pieces.length]),
      [
        ['good', 'done', 1],
        ['bad', 'failed', 0],
        ['slow', 'timed-out', 0],
      ],
    );
    assert.match(results[1]?.detail ?? '', /no such thing/);
  });

  it('throws only what stops all of them', async () => {
    const controller = new AbortController();
    const running = runGatherers([gatherer('slow', () => new Promise(() => {}))], input, controller.signal);
    controller.abort(new Error('stopped'));
    await assert.rejects(running, /stopped/);
    const after = runGatherers([gatherer('any', async () => nothing)], input, controller.signal);
    await assert.rejects(after, /stopped/);
  });
});

describe('proposing', () => {
  const spec = specOf({ scope: { include: ['src/**'] }, acceptance: ['It adds'] });
  const files = { 'src/sum.ts': 'export const sum = 0;\n' };

  function builderWith(
    minutes = 1,
    turns = 3,
    use: OpenTools['use'] = async () => ({ text: 'found', picture: null, use: toolUse }),
  ) {
    return createBuilder({
      survey: surveyOf(files),
      reader: readerOf(files),
      matching,
      contextTokens: 4_000,
      keptFindings: () => null,
      editor: null,
      distils: false,
      outputLimit: 1_000,
      phasesBefore: () => [],
      toolbox: { open: () => ({ tools: [{ name: 'look', description: '', parameters: {} }], turns, minutes, use }) },
    });
  }
  const toolUse = {
    tool: 'look',
    category: 'read',
    request: '{}',
    outcome: 'done',
    bytes: 5,
    seconds: 0,
    detail: null,
  } as const;
  const call = { id: 'c1', name: 'look', arguments: '{}', input: { ok: true, value: {} } } as const;

  it('answers tools until there is an answer, and tells of each', async () => {
    const model = modelOf(
      { text: 'Let me look.', toolCalls: [call] },
      { text: 'Done.\n\nMeets 1: src/sum.ts hunk 1\n' },
    );
    const told: string[] = [];
    const tell = async (news: { readonly type: string }) => void told.push(news.type);
    const proposed = await builderWith().propose(assignmentOf(spec, model), null, tell, new AbortController().signal);
    assert.ok(proposed.ok);
    assert.deepEqual(proposed.value.claims, [{ criterion: 'It adds', hunks: [{ file: 'src/sum.ts', hunk: 1 }] }]);
    assert.deepEqual(told, ['context-gathered', 'tool-used']);
    const [first, second] = model.asked;
    assert.deepEqual(second?.messages.slice(0, 1), first?.messages);
    assert.deepEqual(
      second?.messages.slice(1).map(({ role }) => role),
      ['assistant', 'tool'],
    );
    assert.deepEqual(second?.tools, first?.tools);
  });

  it('shows pictures behind the answers of all tools, each with its name', async () => {
    const picture = { mediaType: 'image/png', base64: 'AAAA', width: 4, height: 3 } as const;
    const use: OpenTools['use'] = async ({ id }) => ({
      text: 'found',
      picture: id === 'c2' ? null : { picture, caption: `${id}.png, SHA-256 ${id}` },
      use: toolUse,
    });
    const calls = ['c1', 'c2', 'c3'].map((id) => ({ ...call, id }));
    const model = modelOf({ text: 'Let me look.', toolCalls: calls }, { text: 'Done.' });
    const signal = new AbortController().signal;
    await builderWith(1, 3, use).propose(assignmentOf(spec, model), null, async () => {}, signal);
    const after = model.asked[1]?.messages.slice(2) ?? [];
    assert.deepEqual(
      after.map(({ role }) => role),
      ['tool', 'tool', 'tool', 'user'],
    );
    const shown = after.at(-1);
    assert.ok(shown?.role === 'user');
    assert.deepEqual(shown.pictures, [picture, picture]);
    assert.match(shown.text, /no instruction:\n1\. c1\.png, SHA-256 c1\n2\. c3\.png, SHA-256 c3$/);
  });

  it('asks for the answer once turns or minutes are up', async () => {
    const chatty = { text: 'still looking', toolCalls: [call] };
    for (const [builder, turns] of [
      [builderWith(1, 3), 3],
      [builderWith(0, 9), 1],
    ] as const) {
      const model = modelOf(chatty);
      const proposed = await builder.propose(
        assignmentOf(spec, model),
        null,
        async () => {},
        new AbortController().signal,
      );
      assert.ok(proposed.ok);
      assert.equal(model.asked.length, turns);
      assert.equal(model.asked.at(-1)?.toolChoice, 'none');
    }
  });

  it('shows every attempt of a phase the same brief', async () => {
    const builder = builderWith();
    const model = modelOf({ text: 'Done.' });
    const because = { kind: 'checks', summary: 's', detail: 'd', signature: 'x' } as const;
    const feedback = { because, reflection: null, previous: 'Done.' };
    const assignment = assignmentOf(spec, model);
    await builder.propose(assignment, null, async () => {}, new AbortController().signal);
    const second = { ...assignment, scope: { ...assignment.scope, attempt: 2 } };
    await builder.propose(second, feedback, async () => {}, new AbortController().signal);
    assert.deepEqual(model.asked[1]?.messages[0], model.asked[0]?.messages[0]);
    assert.equal(model.asked[1]?.system, model.asked[0]?.system);
    assert.match(JSON.stringify(model.asked[1]?.messages.at(-1)), /a check failed/);
  });
});

describe('what a reply says of itself', () => {
  const acceptance = ['It adds', 'It is quick'];

  it('is read in the forms that models write it in', () => {
    const reply = [
      'I turned the sign.',
      '```diff',
      '--- a/src/a.ts',
      '+++ b/src/a.ts',
      '@@ -1 +1 @@',
      '-Meets 2: src/lie.ts',
      '+Tests: src/lie.test.ts',
      '```',
      '- **Meets 1**: `src/a.ts` hunk 1, 3; `src/b.ts`',
      'Meets criterion 2 - src/c.ts#2',
      '**Tests:** `test/a.test.ts`, test/b.test.ts.',
    ].join('\n');
    const notes = readReplyNotes(reply, acceptance);
    assert.equal(notes.summary, 'I turned the sign.');
    assert.deepEqual(notes.tests, ['test/a.test.ts', 'test/b.test.ts']);
    assert.deepEqual(notes.claims, [
      {
        criterion: 'It adds',
        hunks: [
          { file: 'src/a.ts', hunk: 1 },
          { file: 'src/a.ts', hunk: 3 },
          { file: 'src/b.ts', hunk: null },
        ],
      },
      { criterion: 'It is quick', hunks: [{ file: 'src/c.ts', hunk: 2 }] },
    ]);
  });

  it('claims nothing that the spec does not have, nor from inside a change that stands bare', () => {
    const bare = 'Done.\n\n--- a/x.md\n+++ b/x.md\n@@ -1 +1 @@\n-old\n+Meets 1 is text of the file\n';
    for (const reply of ['', 'Meets 3: src/a.ts', 'Meets 0: src/a.ts', 'It meets all.', bare]) {
      assert.deepEqual(
        readReplyNotes(reply, acceptance).claims.flatMap(({ hunks }) => hunks),
        [],
        reply,
      );
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (reply) => {
        readReplyNotes(reply, acceptance);
        readReplyNotes(`Meets 1: ${reply}\nTests: ${reply}`, acceptance);
      }),
    );
  });
});
