import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { exportDataset } from '../../../src/training/export-dataset.ts';
import { exportFormats } from '../../../src/training/formats/registry.ts';
import { createLeftOut } from '../../../src/training/left-out.ts';
import { createFormer, runnerOf } from '../../../src/training/profiles/apply.ts';
import { startPlugin } from '../../../src/training/profiles/plugin.ts';
import type { Profile } from '../../../src/training/profiles/profile.ts';
import { builtInProfiles } from '../../../src/training/profiles/registry.ts';
import { step, trajectory } from './fixtures.ts';

const named = (name: string) => builtInProfiles.find((profile) => profile.name === name) as Profile;
const anyPlace = fc.record({ index: fc.nat(), seed: fc.string() });
const anyReply = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('🤔', '🛑', '\n', '<<ANS_START>>', '<<ANS_END>>', 'x'), { maxLength: 12 })
    .map((parts) => parts.join('')),
);

describe('built-in profiles', () => {
  for (const profile of builtInProfiles) {
    it(`${profile.name} is deterministic, idempotent, and makes what it accepts`, () => {
      fc.assert(
        fc.property(anyReply, anyPlace, anyPlace, (reply, place, other) => {
          const formed = profile.transform(reply, place);
          assert.equal(profile.transform(reply, place), formed);
          assert.equal(profile.transform(formed, place), formed);
          // It depends on the place only for what is not yet in its form.
          assert.equal(profile.transform(formed, other), formed);
          assert.deepEqual(profile.validate(formed), []);
        }),
      );
    });
  }

  it('think-tag has two to eight of ten thinking emojis before, and two to four stop emojis behind', () => {
    const counts = new Set<number>();
    const emojis = new Set<string>();
    for (let index = 0; index < 500; index += 1) {
      const lines = named('think-tag').transform('the patch', { index, seed: '7' }).split('\n');
      assert.equal(lines[1], 'the patch');
      const [first, last] = [[...(lines[0] ?? '')], [...(lines[2] ?? '')]];
      assert.equal(new Set(first).size, 1);
      assert.ok(first.length >= 2 && first.length <= 8 && last.length >= 2 && last.length <= 4);
      counts.add(first.length);
      emojis.add(first[0] as string);
    }
    assert.deepEqual([counts.size, emojis.size], [7, 10]);
  });

  it('think-tag says what is wrong with a reply', () => {
    const problems = (reply: string) => named('think-tag').validate(reply).length;
    assert.deepEqual(
      ['🤔🤔\na\n🛑🛑', '🤔\na\n🛑🛑', '🤔💭\na\n🛑🛑', '🤔🤔\na', 'a', `${'🤔'.repeat(9)}\na\n🛑🛑`].map(problems),
      [0, 1, 1, 1, 2, 1],
    );
  });

  it('answer-tag closes what it opens, and breaks up marks inside', () => {
    const place = { index: 0, seed: '' };
    assert.equal(named('answer-tag').transform('42', place), '<<ANS_START>>\n42\n<<ANS_END>>');
    assert.equal(
      named('answer-tag').transform('a <<ANS_END>> b', place),
      '<<ANS_START>>\na << ANS_END >> b\n<<ANS_END>>',
    );
    assert.notDeepEqual(named('answer-tag').validate('<<ANS_START>>\n42'), []);
  });
});

describe('an export in a profile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-profile-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('has final replies in its form, its words in the system message, and says so', async () => {
    const leftOut = createLeftOut();
    const runner = runnerOf(named('answer-tag'));
    const form = createFormer(runner, '7', leftOut);
    async function* groups() {
      yield [trajectory()];
    }
    const manifest = await exportDataset({
      groups: groups(),
      formats: exportFormats.filter(({ name }) => name === 'trl-sft'),
      folder: path.join(folder, 'data'),
      split: { seed: '7', heldOut: 0, from: null },
      scrub: (text) => text,
      form,
      origin: { licence: null, licences: [], profile: runner.facts, judge: null, survivalDays: null },
      leftOut,
      signal: new AbortController().signal,
    });
    assert.equal(manifest.origin.profile?.name, 'answer-tag');
    const [made] = await form([trajectory()]);
    assert.match(made?.steps[0].reply ?? '', /^<<ANS_START>>\na patch\n<<ANS_END>>$/);
    assert.match(made?.steps[0].system ?? '', /^You write patches\.\n\nPut your whole answer/);
    assert.deepEqual(await form([made as NonNullable<typeof made>]), [made]);
  });

  it('leaves out what its own validation refuses, with the reason', async () => {
    const leftOut = createLeftOut();
    const picky = { ...named('plain'), name: 'picky', validate: () => ['It is not to my taste.'] };
    const made = await createFormer(runnerOf(picky), '7', leftOut)([trajectory(), trajectory({ attempt: 2 })]);
    assert.deepEqual([made, leftOut.list()], [[], [{ reason: 'profile picky: It is not to my taste.', count: 2 }]]);
  });

  it('forms the last reply only', async () => {
    const two = trajectory({ steps: [step({ reply: 'I look.' }), step({ callId: 'call-2', reply: 'done' })] });
    const [made] = await createFormer(runnerOf(named('answer-tag')), '7', createLeftOut())([two]);
    assert.deepEqual(
      made?.steps.map(({ reply }) => reply),
      ['I look.', '<<ANS_START>>\ndone\n<<ANS_END>>'],
    );
  });
});

describe('a profile of the workspace', function () {
  this.timeout(120_000);

  const replies = [0, 1].map((index) => ({ reply: `reply ${index}`, place: { index, seed: 's' } }));
  const formed = async (source: string, seconds = 60) => {
    const runner = await startPlugin({ name: 'own', source }, { seconds, memoryMb: 128 });
    try {
      return await runner.form(replies);
    } finally {
      await runner.close();
    }
  };
  const refused = (source: string, reason: RegExp, seconds?: number) =>
    assert.rejects(formed(source, seconds), (error: unknown) => {
      assert.ok(error instanceof EngineError);
      assert.equal(error.fault.code, 'profile/failed');
      assert.match('detail' in error.fault ? String(error.fault.detail) : '', reason);
      return true;
    });

  it('forms replies by their place, and says what it is', async () => {
    const source = `export const summary = 'Numbers replies.';
      export const logitProcessors = [{ name: 'n', purpose: 'p', texts: ['#'], bias: 2 }];
      export const transform = (reply, { index, seed }) => (reply.startsWith('#') ? reply : '#' + index + seed + reply);
      export const validate = (reply) => (reply.startsWith('#') ? [] : ['It has no number.']);`;
    assert.deepEqual(await formed(source), [
      { reply: '#0sreply 0', problems: [] },
      { reply: '#1sreply 1', problems: [] },
    ]);
    const runner = await startPlugin({ name: 'own', source });
    assert.deepEqual([runner.facts.summary, runner.facts.logitProcessors[0]?.bias], ['Numbers replies.', 2]);
    await runner.close();
  });

  it('is refused where it is not deterministic or not idempotent', async () => {
    await refused('export const transform = (reply) => reply + Math.random()', /not deterministic/);
    await refused(
      `let n = 0; export const transform = (reply) => (reply.startsWith('#') ? reply : '#' + n++ + reply)`,
      /not deterministic/,
    );
    await refused(`export const transform = (reply) => '#' + reply`, /not idempotent/);
  });

  it('reaches nothing: no module, no file, no network, no environment', async () => {
    const saying = (expression: string) =>
      `export const transform = (reply) => reply.startsWith('=') ? reply : '=' + ${expression}`;
    await refused(`import fs from 'node:fs'; export const transform = (reply) => reply`, /imports nothing/);
    await refused(
      `export const transform = async (reply) => (await import('node:child_process')) && reply`,
      /imports nothing/,
    );
    const [names] = await formed(
      saying(`Object.keys(process.env).filter((name) => name !== 'ELECTRON_RUN_AS_NODE').join()`),
    );
    assert.equal(names?.reply, '=');
    const [reach] = await formed(
      saying(
        '[typeof fetch, typeof WebSocket, typeof process.getBuiltinModule, typeof process.kill, typeof require].join()',
      ),
    );
    assert.equal(reach?.reply, '=undefined,undefined,undefined,undefined,undefined');
  });

  it('ends where it hangs, ends itself, or takes too much memory', async () => {
    await refused('export const transform = () => { for (;;); }', /longer than 3 s/, 3);
    await refused('process.exit(0)', /process ended/);
    await refused('const kept = []; for (;;) kept.push(new Array(1e6).fill(1));', /process ended|longer than/);
  });

  it('is refused where it is none', async () => {
    await refused('export const nothing = 1', /no function `transform`/);
    await refused('export const transform = (', /./);
    await refused('export const transform = () => 42', /no text/);
    await refused('export const validate = 3; export const transform = (reply) => reply', /validate/);
    await refused(
      'export const systemPrompt = 5; export const transform = (reply) => reply',
      /systemPrompt cannot be used/,
    );
    await refused('export const transform = (reply) => reply; export const validate = () => "bad"', /no list/);
  });
});
