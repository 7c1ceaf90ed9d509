import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { OpenRepository } from '../../../src/git/open-repository.ts';
import { type Scratch, scratchRepository } from './support.ts';

describe('pushing', () => {
  const { signal } = new AbortController();
  let scratch: Scratch;
  let repository: OpenRepository;
  let bare: string;

  beforeEach(async () => {
    bare = mkdtempSync(path.join(os.tmpdir(), 'countersign-remote-'));
    execFileSync('git', ['init', '--quiet', '--bare', bare]);
    scratch = scratchRepository({ 'a.txt': 'one\n' });
    scratch.git('remote', 'add', 'origin', bare);
    repository = await scratch.open();
  });
  afterEach(() => {
    scratch.remove();
    rmSync(bare, { recursive: true, force: true });
  });

  const push = () => {
    const commit = scratch.git('rev-parse', 'HEAD');
    return repository.remotes.push({ remote: 'origin', commit, branch: 'topic', replace: false }, signal);
  };

  it('sends a commit under the name asked for, and nothing else', async () => {
    scratch.git('tag', 'v1');
    await push();
    const refs = execFileSync('git', ['-C', bare, 'for-each-ref', '--format=%(refname)'], { encoding: 'utf8' });
    assert.equal(refs, 'refs/heads/topic\n');
    assert.equal(await repository.remotes.tip('origin', 'topic', signal), scratch.git('rev-parse', 'HEAD'));
  });

  for (const [key, value] of [
    ['http.sslVerify', 'false'],
    ['http.https://example.com/.proxy', 'http://127.0.0.1:9'],
    ['url.https://elsewhere.example/.pushInsteadOf', 'https://example.com/'],
  ] as const) {
    it(`goes nowhere while the repository itself sets ${key}`, async () => {
      scratch.git('config', key, value);
      await assert.rejects(push(), (error) => {
        assert.ok(error instanceof EngineError && error.fault.code === 'remote/push-failed', String(error));
        assert.match(error.fault.detail.toLowerCase(), new RegExp(`sets ${key.toLowerCase().replaceAll('.', '\\.')}`));
        return true;
      });
    });
  }
});
