import assert from 'node:assert/strict';
import { riskOf } from '../../../src/engine/risk.ts';
import { specOf, stagedOf } from './evidence.ts';

const part = (name: string, staged: Parameters<typeof riskOf>[1]) =>
  riskOf(specOf(), staged).parts.find((candidate) => candidate.name === name)?.points ?? 0;

describe('risk', () => {
  it('counts size at 200, 500 and 1000 lines', () => {
    const sized = (added: number) => part('size', stagedOf([{ path: 'test/a.test.ts', added, removed: 0 }]));
    assert.deepEqual([200, 201, 501, 1001].map(sized), [0, 10, 20, 25]);
  });

  it('counts critical and protected paths 15 each, up to 30', () => {
    const files = ['src/auth/login.ts', 'db/migrations/1.ts', 'src/payments.ts'].map((path) => ({
      path,
      added: 1,
      removed: 0,
    }));
    assert.equal(part('critical paths', stagedOf(files.slice(0, 1))), 15);
    assert.equal(part('critical paths', stagedOf(files)), 30);
    const flag = { kind: 'protected-path', file: '.vscode/tasks.json', line: null, detail: '' } as const;
    assert.equal(
      part('critical paths', stagedOf([{ path: '.vscode/tasks.json', added: 1, removed: 0 }], '', [flag])),
      15,
    );
  });

  it('counts over 50 lines without a test', () => {
    assert.equal(part('no tests', stagedOf([{ path: 'src/a.ts', added: 51, removed: 0 }])), 20);
    assert.equal(part('no tests', stagedOf([{ path: 'src/a.ts', added: 50, removed: 0 }])), 0);
    const withTest = [
      { path: 'src/a.ts', added: 80, removed: 0 },
      { path: 'test/a.test.ts', added: 5, removed: 0 },
    ];
    assert.equal(part('no tests', stagedOf(withTest)), 0);
  });

  it('counts leftovers in added lines only, up to 10', () => {
    const patch = ['+++ b/a.ts', ...Array.from({ length: 9 }, () => '+console.log(1)'), '-debugger'].join('\n');
    assert.equal(part('leftovers', stagedOf([{ path: 'a.ts', added: 9, removed: 1 }], patch)), 10);
    assert.equal(part('leftovers', stagedOf([{ path: 'a.ts', added: 0, removed: 1 }], '-debugger')), 0);
  });

  it('is the sum of its parts, with levels at 25, 50 and 70', () => {
    const files = [
      { path: 'src/auth/a.ts', added: 1200, removed: 0 },
      { path: 'deploy/b.sh', added: 1, removed: 0 },
    ];
    const risk = riskOf(specOf(), stagedOf(files));
    assert.equal(
      risk.score,
      risk.parts.reduce((sum, { points }) => sum + points, 0),
    );
    assert.equal(risk.score, 25 + 30 + 5 + 20);
    assert.equal(risk.level, 'critical');
  });

  it('is raised by a stated risk and never lowered by one', () => {
    const small = stagedOf([{ path: 'a.ts', added: 1, removed: 0 }]);
    assert.equal(riskOf(specOf({ risk: 'high' }), small).level, 'high');
    const large = stagedOf([{ path: 'src/auth/a.ts', added: 1200, removed: 0 }]);
    assert.equal(riskOf(specOf({ risk: 'low' }), large).level, 'high');
  });
});
