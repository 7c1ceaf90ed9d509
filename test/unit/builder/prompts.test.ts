import assert from 'node:assert/strict';
import { assembleBrief } from '../../../src/builder/brief.ts';
import {
  builderSystem,
  feedbackMessages,
  phaseMessage,
  reflectionMessage,
  reflectorSystem,
  toolRules,
} from '../../../src/builder/prompts.ts';
import { formatSchema } from '../../../src/domain/spec.ts';
import { matchesSnapshot } from '../../support/snapshot.ts';
import { specOf } from '../engine/evidence.ts';
import { surveyOf } from './ground.ts';

const spec = specOf({
  id: 'limits',
  goal: 'Limit the list.',
  scope: { include: ['src'], exclude: ['src/generated/**'], context: ['README.md'] },
  acceptance: ['A limit of 1 answers one', 'No limit answers all'],
  verify: [{ run: 'npm test' }],
});
const files = {
  'README.md': '# Service\n',
  'src/.env': 'KEY=secret-value\n',
  'src/generated/a.ts': 'export const limit = "generated";\n',
  'src/list.ts': 'export const list = [];\n```\nnot the end of the fence\n',
  'src/server.key': 'PRIVATE',
  'test/list.test.ts': "it('lists with a limit', () => {});\n",
};
const history = [{ commit: 'a'.repeat(40), message: 'Add the list', paths: ['src/list.ts'] }];
const because = {
  kind: 'checks',
  summary: 'npm test failed.',
  detail: 'npm test failed (exit code 1):\nnot ok 1 - lists',
  signature: 's',
} as const;

async function messageOf(shown: Readonly<Record<string, string>>, budgetTokens = 8_000): Promise<string> {
  const request = { spec, commit: 'base', budgetTokens };
  const found = await surveyOf(shown, history)(request, AbortSignal.timeout(60_000));
  return phaseMessage(spec, assembleBrief(found, budgetTokens));
}

describe('the Builder’s prompts', () => {
  for (const format of formatSchema.options) {
    it(`ask for ${format}`, () => matchesSnapshot(`builder-system-${format}`, builderSystem(format)));
  }

  it('show the files in scope and the phase', async () => {
    matchesSnapshot('builder-phase', await messageOf(files));
  });

  it('never show a file that is there to hold secrets, nor one that the spec excludes', async () => {
    const text = await messageOf(files);
    assert.ok(!text.includes('secret-value') && !text.includes('PRIVATE') && !text.includes('"generated"'));
    assert.match(text, /src\/\.env \(may hold secrets\)/);
  });

  it('leave out what does not fit, and say so', async () => {
    const large = { ...files, 'src/other.ts': 'x = 1;\n'.repeat(20_000) };
    const text = await messageOf(large, 2_000);
    assert.ok(text.length < 12_000);
    assert.match(text, /- src\/other\.ts \(does not fit\)/);
    assert.match(text, /export const list = \[\];/);
  });

  it('end with what the attempt before came to', () => {
    const messages = feedbackMessages({ because, reflection: 'The order was lost.', previous: 'the change' });
    assert.deepEqual(
      messages.map((message) => message.role),
      ['assistant', 'user'],
    );
    const last = messages.at(-1);
    matchesSnapshot('builder-feedback', last?.role === 'user' ? last.text : '');
  });

  it('say what tools are for', () => matchesSnapshot('builder-tool-rules', toolRules.trim()));

  it('say that the change stands, where the next attempt builds on it', () => {
    const messages = feedbackMessages({ because, reflection: null, previous: 'the change', continues: true });
    const last = messages.at(-1);
    matchesSnapshot('builder-feedback-continues', last?.role === 'user' ? last.text : '');
  });

  it('ask for a reflection', () =>
    matchesSnapshot(
      'reflector',
      [reflectorSystem, reflectionMessage(spec, 'the change', because)].join('\n\n----\n\n'),
    ));
});
