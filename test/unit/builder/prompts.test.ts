import assert from 'node:assert/strict';
import { gatherBrief } from '../../../src/builder/brief.ts';
import { builderSystem, feedbackMessages, phaseMessage, reflectionMessage } from '../../../src/builder/prompts.ts';
import { formatSchema } from '../../../src/domain/spec.ts';
import type { SourceTree } from '../../../src/engine/ports.ts';
import { matching } from '../../../src/patch/scope.ts';
import { matchesSnapshot } from '../../support/snapshot.ts';
import { specOf } from '../engine/evidence.ts';

function treeOf(files: Record<string, string>): SourceTree {
  return {
    commit: 'base',
    paths: async () => Object.keys(files).sort(),
    read: async (paths) => new Map(paths.flatMap((path) => (files[path] === undefined ? [] : [[path, files[path]]]))),
  };
}

const spec = specOf({
  id: 'limits',
  goal: 'Limit the list.',
  scope: { include: ['src'], exclude: ['src/generated/**'], context: ['README.md'] },
  acceptance: ['A limit of 1 answers one'],
  verify: [{ run: 'npm test' }],
});
const tree = treeOf({
  'README.md': '# Service\n',
  'src/.env': 'KEY=secret-value\n',
  'src/generated/a.ts': 'export {};\n',
  'src/list.ts': 'export const list = [];\n```\nnot the end of the fence\n',
  'src/server.key': 'PRIVATE',
});
const because = {
  kind: 'checks',
  summary: 'npm test failed.',
  detail: 'npm test failed (exit code 1):\nnot ok 1 - lists',
  signature: 's',
} as const;

describe('the Builder’s prompts', () => {
  for (const format of formatSchema.options) {
    it(`ask for ${format}`, () => matchesSnapshot(`builder-system-${format}`, builderSystem(format)));
  }

  it('show the files in scope and the phase', async () => {
    matchesSnapshot('builder-phase', phaseMessage(spec, await gatherBrief(spec, tree, matching)));
  });

  it('never show a file that is there to hold secrets', async () => {
    const text = phaseMessage(spec, await gatherBrief(spec, tree, matching));
    assert.ok(!text.includes('secret-value') && !text.includes('PRIVATE'));
    assert.match(text, /src\/\.env \(may hold secrets\)/);
  });

  it('leave out what does not fit, and say so', async () => {
    const large = treeOf({ 'src/a.ts': 'a'.repeat(150_000), 'src/b.ts': 'b'.repeat(150_000), 'src/c.ts': 'c' });
    const brief = await gatherBrief(spec, large, matching);
    assert.deepEqual(
      brief.files.map((file) => file.path),
      ['src/a.ts', 'src/c.ts'],
    );
    assert.deepEqual(brief.left, [{ path: 'src/b.ts', why: 'does not fit' }]);
  });

  it('end with what the attempt before came to', () => {
    const messages = feedbackMessages({ because, reflection: 'The order was lost.', previous: 'the change' });
    assert.deepEqual(
      messages.map((message) => message.role),
      ['assistant', 'user'],
    );
    matchesSnapshot('builder-feedback', messages.at(-1)?.text ?? '');
  });

  it('ask for a reflection', () => matchesSnapshot('reflector', reflectionMessage(spec, 'the change', because)));
});
