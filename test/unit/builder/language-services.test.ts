import assert from 'node:assert/strict';
import { createBuilder } from '../../../src/builder/builder.ts';
import { createKeptFindings } from '../../../src/builder/gather/kept-findings.ts';
import { askEditor, type EditorInput, findingsOf, resultsOf } from '../../../src/builder/gather/language-services.ts';
import { queryOf } from '../../../src/builder/survey/query.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { type EngineEvent, engineEventSchema } from '../../../src/domain/event.ts';
import type { CodePlace, LanguageServices } from '../../../src/engine/ports/builder.ts';
import { matching } from '../../../src/patch/scope.ts';
import { specOf } from '../engine/evidence.ts';
import { assignmentOf, modelOf, readerOf, surveyOf } from './ground.ts';

const committed: Readonly<Record<string, string>> = {
  'src/rates.ts': 'export function rateOf() {\n  return 0;\n}\n',
  'src/use.ts': "import { rateOf } from './rates.ts';\nrateOf();\n",
  'src/edited.ts': 'rateOf();\n',
  'src/unsaved.ts': 'rateOf();\n',
  '.env': 'rateOf=secret\n',
};
const place = (path: string, line: number, kind = 'use'): CodePlace => ({ path, line, name: 'rateOf', kind });
const spec = specOf({ goal: 'Let `rateOf` give the rate.', scope: { include: ['src/**'] } });

function servicesOf(more: Partial<LanguageServices> = {}): LanguageServices {
  const onDisk: Readonly<Record<string, string>> = { ...committed, 'src/edited.ts': '\nrateOf();\n' };
  return {
    symbols: async (names) => (names.includes('rateOf') ? [place('src/rates.ts', 1, 'function')] : []),
    references: async () => [
      place('src/rates.ts', 1),
      place('src/use.ts', 2),
      place('src/use.ts', 2),
      place('src/edited.ts', 1),
      place('src/unsaved.ts', 1),
      place('src/new.ts', 1),
      place('.env', 1),
      place('src/use.ts', 900),
    ],
    diagnostics: () => [
      { place: place('src/use.ts', 1, 'problem'), severity: 'warning', message: 'Unused\nname' },
      { place: place('src/rates.ts', 2, 'problem'), severity: 'error', message: 'No rate' },
      { place: place('lib/far.ts', 1, 'problem'), severity: 'error', message: 'Not here' },
      { place: place('src/unsaved.ts', 1, 'problem'), severity: 'error', message: 'Half written' },
    ],
    async texts(paths) {
      const known = paths.filter((path) => path !== 'src/unsaved.ts' && path in onDisk);
      return new Map(known.map((path) => [path, onDisk[path] as string]));
    },
    ...more,
  };
}

function inputOf(services: LanguageServices, about = spec): EditorInput {
  return {
    spec: about,
    query: queryOf(about),
    likely: ['src/rates.ts'],
    services,
    mayChange: (path) => path.startsWith('src/'),
    mayShow: (path) => path !== '.env',
    read: async (paths) =>
      new Map(paths.flatMap((path) => (path in committed ? [[path, committed[path] as string]] : []))),
  };
}

async function ask(services: LanguageServices, about = spec) {
  const results = await askEditor(inputOf(services, about), new AbortController().signal);
  return Object.fromEntries(results.map((result) => [result.name, result]));
}

describe('what an editor knows', () => {
  it('is told with its lines, from files that read there as they do in the commit', async () => {
    const results = await ask(servicesOf());
    const textOf = (name: string) => results[name]?.pieces.map(({ text }) => text).join();
    assert.equal(textOf('editor-symbols'), 'src/rates.ts:1 function rateOf: export function rateOf() {');
    assert.equal(textOf('editor-references'), 'src/use.ts:2 rateOf: rateOf();');
    assert.equal(textOf('editor-diagnostics'), 'src/rates.ts:2 error: No rate\nsrc/use.ts:1 warning: Unused name');
  });

  it('is asked for names that the phase speaks of, and for none where it speaks of none', async () => {
    const asked: (readonly string[])[] = [];
    const symbols: LanguageServices['symbols'] = async (names, likely) => {
      asked.push(names, likely);
      return [];
    };
    const plain = await ask(servicesOf({ symbols }), specOf({ goal: 'Be quicker.', scope: { include: ['src/**'] } }));
    assert.deepEqual([asked, plain['editor-references']?.pieces], [[], []]);
    await ask(servicesOf({ symbols }));
    assert.deepEqual(asked.slice(0, 2), [['rateOf'], ['src/rates.ts']]);
  });

  it('states a service that fails, and lets the others be', async () => {
    const results = await ask(servicesOf({ references: () => Promise.reject(new Error('The server crashed.')) }));
    assert.deepEqual(
      Object.values(results).map(({ name, outcome, pieces }) => [name, outcome, pieces.length]),
      [
        ['editor-symbols', 'done', 1],
        ['editor-references', 'failed', 0],
        ['editor-diagnostics', 'done', 1],
      ],
    );
    assert.match(results['editor-references']?.detail ?? '', /crashed/);
  });

  it('is bounded, however much there is', async () => {
    const references = async () => [...Array(5_000).keys()].map((at) => place('src/use.ts', 1 + (at % 2)));
    const diagnostics = () =>
      [...Array(5_000).keys()].map((at) => ({
        place: { ...place('src/rates.ts', 1 + (at % 3), 'problem'), name: String(at) },
        severity: 'error' as const,
        message: 'x'.repeat(5_000),
      }));
    for (const { pieces } of Object.values(await ask(servicesOf({ references, diagnostics })))) {
      for (const { text } of pieces) assert.ok(text.length < 20_000, String(text.length));
    }
  });

  it('looks the names up once, for all who want to know', async () => {
    let lookups = 0;
    const symbols: LanguageServices['symbols'] = async () => {
      lookups += 1;
      return [place('src/rates.ts', 1, 'function')];
    };
    const results = await ask(servicesOf({ symbols }));
    assert.equal(lookups, 1);
    assert.deepEqual([results['editor-symbols']?.pieces.length, results['editor-references']?.pieces.length], [1, 1]);
  });

  it('is said not to be asked where there is no editor, and stops where the user stops', async () => {
    const none = resultsOf({ gatherers: [] });
    assert.deepEqual(
      [...new Set(none.map(({ detail }) => detail))],
      ['Not asked: no editor has this repository open.'],
    );
    assert.ok(none.every(({ pieces }) => pieces.length === 0));
    const stopped = AbortSignal.abort(new EngineError({ code: 'interrupted' }));
    await assert.rejects(askEditor(inputOf(servicesOf()), stopped), EngineError);
  });
});

describe('what an editor gave to a run that is gone through again', () => {
  const files = {
    'src/rates.ts': committed['src/rates.ts'] as string,
    'src/use.ts': committed['src/use.ts'] as string,
  };
  const model = () => modelOf({ text: 'Done.' });

  /** A builder at work on a run that has these events so far. */
  function builderAt(events: readonly EngineEvent[], services: LanguageServices | null) {
    const reader = readerOf(files);
    const read = async (paths: readonly string[]) =>
      new Map(paths.flatMap((path) => (path in files ? [[path, committed[path] as string]] : [])));
    return createBuilder({
      survey: surveyOf(files),
      reader,
      matching,
      contextTokens: 4_000,
      keptFindings: createKeptFindings(() => events),
      editor: services && { services, treeAt: () => ({ commit: 'base', paths: async () => Object.keys(files), read }) },
      distils: false,
      outputLimit: 1_000,
      phasesBefore: () => [],
      toolbox: null,
    });
  }

  async function proposed(events: readonly EngineEvent[], services: LanguageServices | null, times = 1) {
    const builder = builderAt(events, services);
    const told: EngineEvent[] = [];
    const asked = model();
    for (let time = 0; time < times; time += 1) {
      await builder.propose(
        assignmentOf(spec, asked),
        null,
        async (news) => {
          const stamp = { eventId: String(told.length), at: '2026-01-01T00:00:00.000Z', runId: 'run' };
          // As it comes back from the store.
          told.push(engineEventSchema.parse({ ...news, ...stamp, phaseId: spec.id, attempt: 1 }));
        },
        new AbortController().signal,
      );
    }
    return { told, prompt: asked.asked[0]?.messages[0]?.text ?? '' };
  }

  it('is shown again, without an editor and beside one that says otherwise', async () => {
    const first = await proposed([], servicesOf());
    assert.match(first.prompt, /Uses that the editor knows/);
    const later = servicesOf({ symbols: async () => [], diagnostics: () => [] });
    for (const services of [null, later]) {
      const again = await proposed(first.told, services);
      assert.equal(again.prompt, first.prompt);
    }
  });

  it('stays nothing where none was asked then', async () => {
    const first = await proposed([], null);
    const again = await proposed(first.told, servicesOf());
    assert.equal(again.prompt, first.prompt);
    assert.ok(!again.prompt.includes('the editor knows'));
  });

  it('is asked for anew on another base, and by a phase that has not begun', async () => {
    const { told } = await proposed([], servicesOf());
    const kept = createKeptFindings(() => told);
    const task = assignmentOf(spec, model());
    assert.equal(kept(task)?.gatherers.length, 3);
    assert.equal(kept({ ...task, base: 'other' }), null);
    assert.equal(kept({ ...task, scope: { ...task.scope, phaseId: 'other' } }), null);
  });

  it('is kept once, however many attempts are shown it', async () => {
    const { told } = await proposed([], servicesOf(), 3);
    assert.deepEqual(
      told.map((event) => event.type === 'context-gathered' && event.editor !== undefined),
      [true, false, false],
    );
  });

  it('says of each gatherer what it said then', async () => {
    const services = servicesOf({ references: () => Promise.reject(new Error('The server crashed.')) });
    const results = await askEditor(inputOf(services), new AbortController().signal);
    const told = (all: typeof results) => all.map(({ seconds: _, ...rest }) => rest);
    assert.deepEqual(told(resultsOf(findingsOf('base', results))), told(results));
  });
});
