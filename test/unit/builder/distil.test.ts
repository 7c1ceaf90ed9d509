import assert from 'node:assert/strict';
import { assembleBrief } from '../../../src/builder/brief.ts';
import { createBuilder } from '../../../src/builder/builder.ts';
import { distil, distilSystem, overflows } from '../../../src/builder/distil.ts';
import type { Piece } from '../../../src/builder/gather/gatherer.ts';
import type { GatherResult } from '../../../src/builder/gather/run-gatherers.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { ChatModel } from '../../../src/engine/ports/chat.ts';
import { matching } from '../../../src/patch/scope.ts';
import { matchesSnapshot } from '../../support/snapshot.ts';
import { specOf } from '../engine/evidence.ts';
import { assignmentOf, modelOf, readerOf } from './ground.ts';

const spec = specOf({ scope: { include: ['src/**'] } });
const budget = 2_000;

function pieceOf(path: string | null, value: number, more: Partial<Piece> = {}): Piece {
  return { title: path ?? 'All files', path, form: 'whole', text: `${path}\n`.repeat(600), value, ...more };
}

function found(...pieces: readonly Piece[]): readonly GatherResult[] {
  return [{ name: 'files', heading: 'Files', share: 1, outcome: 'done', seconds: 0, detail: null, pieces, left: [] }];
}

/** Each fills more than half of a brief: only one of them fits. */
const tooMuch = found(pieceOf('src/a.ts', 0.9), pieceOf('src/b.ts', 0.5), pieceOf('src/c.ts', 0.4));

function task() {
  return assignmentOf(spec, modelOf({}));
}

async function shownBy(text: string, results = tooMuch) {
  const model = modelOf({ text });
  const distilled = await distil(task(), () => model, results, new AbortController().signal);
  const { report } = assembleBrief(distilled.results, budget);
  const shown = report.shown.map(({ title }) => title);
  return { ...distilled, shown, model, told: report.gatherers.find(({ name }) => name === 'distil') };
}

describe('what is found beyond what fits', () => {
  it('is weighed from twice the budget on, each file counted once', () => {
    assert.equal(overflows(tooMuch, budget), true);
    assert.equal(overflows(tooMuch, 100_000), false);
    const same = found(pieceOf('src/a.ts', 1), pieceOf('src/a.ts', 1), pieceOf('src/a.ts', 1));
    const tokens = Math.ceil((same[0]?.pieces[0]?.text.length ?? 0) / 3.6);
    assert.equal(overflows(same, tokens / 2), true);
    assert.equal(overflows(same, tokens / 2 + 1), false);
    assert.equal(overflows([], 1), false);
  });

  it('is shown as the aggregator weighs it, in one call that sees the phase and each part', async () => {
    const { shown, failure, told, model } = await shownBy('{"parts": [{"number": 3, "worth": 9}]}');
    assert.equal(failure, null);
    assert.deepEqual(shown, ['src/c.ts']);
    assert.equal(told?.outcome, 'done');
    const [request, ...more] = model.asked;
    assert.equal(more.length, 0);
    assert.deepEqual([request?.role, request?.component, request?.system], ['aggregator', 'brief', distilSystem]);
    assert.equal(request?.schema?.name, 'distil');
    const asked = request?.messages[0]?.text ?? '';
    for (const part of ['"number":1', '"title":"src/b.ts"', spec.goal]) assert.ok(asked.includes(part), part);
    assert.ok(asked.length < 5_000, 'only the beginning of each part is sent');
  });

  it('is put to the aggregator in these words', async () => {
    const { model } = await shownBy('{"parts": [{"number": 1, "worth": 1}]}');
    const [request] = model.asked;
    matchesSnapshot('distil', `${request?.system}\n\n----\n\n${request?.messages[0]?.text}`);
  });

  it('keeps what the spec names, and what shows no file', async () => {
    const named = pieceOf('src/named.ts', 1, { isNamed: true });
    const listing = pieceOf(null, 0.6, { text: 'all', form: 'note' });
    const results = found(named, listing, pieceOf('src/b.ts', 0.5), pieceOf('src/c.ts', 0.4));
    const { shown } = await shownBy('{"parts": [{"number": 2, "worth": 10}, {"number": 1, "worth": 0}]}', results);
    assert.ok(shown.includes('All files'));
    const { results: after } = await shownBy('{"parts": [{"number": 1, "worth": 0}]}', results);
    assert.equal(after[0]?.pieces[0]?.value, 1);
    assert.equal(after[0]?.pieces[1]?.value, 0.6);
  });

  const unusable: Readonly<Record<string, string>> = {
    'no object': 'The third one.',
    'two objects': '{"parts": []} {"parts": []}',
    'nothing chosen': '{"parts": []}',
    'a part that is not there': '{"parts": [{"number": 4, "worth": 5}]}',
    'a worth out of range': '{"parts": [{"number": 1, "worth": 50}]}',
    'a worth that is text': '{"parts": [{"number": 1, "worth": "high"}]}',
  };
  for (const [name, text] of Object.entries(unusable)) {
    it(`is cut by rule where the answer has ${name}`, async () => {
      const { shown, failure, told } = await shownBy(text);
      assert.match(failure ?? '', /cannot be understood/);
      assert.deepEqual(shown, ['src/a.ts']);
      assert.deepEqual([told?.outcome, told?.detail], ['failed', failure]);
    });
  }

  it('is cut by rule where the model fails, and stops where the user stops', async () => {
    const failing = (error: Error): ChatModel => ({ ...modelOf({}), complete: () => Promise.reject(error) });
    const down = new EngineError({ code: 'model/not-configured', role: 'aggregator' });
    const signal = new AbortController().signal;
    const { failure, results } = await distil(task(), () => failing(down), tooMuch, signal);
    assert.ok(failure);
    assert.deepEqual(results[0], tooMuch[0]);
    const stopped = new EngineError({ code: 'interrupted' });
    await assert.rejects(
      distil(task(), () => failing(stopped), tooMuch, signal),
      { message: stopped.message },
    );
    await assert.rejects(
      distil(task(), () => failing(new TypeError('a bug')), tooMuch, signal),
      TypeError,
    );
  });
});

describe('a brief that overflows', () => {
  async function propose(distils: boolean, text: string) {
    const aggregator = modelOf({ text });
    const builder = createBuilder({
      survey: async () => tooMuch,
      reader: readerOf({}),
      matching,
      contextTokens: budget,
      keptFindings: () => null,
      editor: null,
      distils,
      outputLimit: 1_000,
      phasesBefore: () => [],
      toolbox: null,
    });
    const notices: string[] = [];
    const model = modelOf({ text: 'Done.' });
    const assignment = { ...assignmentOf(spec, model), aggregator: () => aggregator };
    const signal = new AbortController().signal;
    for (const attempt of [1, 2]) {
      const scope = { ...assignment.scope, attempt };
      const tell = async (news: object) => void ('message' in news && notices.push(String(news.message)));
      assert.ok((await builder.propose({ ...assignment, scope }, null, tell, signal)).ok);
    }
    return { calls: aggregator.asked.length, notices, prompt: model.asked[1]?.messages[0]?.text ?? '' };
  }

  it('asks nobody unless the user switched it on', async () => {
    const { calls, prompt } = await propose(false, '');
    assert.equal(calls, 0);
    assert.match(prompt, /File `src\/a\.ts`/);
  });

  it('is distilled once for all attempts', async () => {
    const { calls, notices, prompt } = await propose(true, '{"parts": [{"number": 2, "worth": 9}]}');
    assert.deepEqual([calls, notices], [1, []]);
    assert.match(prompt, /File `src\/b\.ts`/);
    assert.ok(!prompt.includes('File `src/a.ts`'));
  });

  it('says so where that failed, and shows what the rule chooses', async () => {
    const { notices, prompt } = await propose(true, 'no');
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? '', /cut by rule/);
    assert.match(prompt, /File `src\/a\.ts`/);
  });
});
