import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApprovals } from '../../../src/config/approvals.ts';

describe('Approvals of folders’ configurations', () => {
  let home: string;
  const environment = () => ({ XDG_CONFIG_HOME: home });
  const config = { file: '/repository/.countersign/config.yaml', hash: 'a'.repeat(64) };
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'countersign-approvals-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('know nothing at first', async () => {
    assert.equal((await openApprovals(environment())).isApproved(config), false);
  });

  it('hold for the content that was approved, in that file, for the next process', async () => {
    await (await openApprovals(environment())).approve(config);
    const next = await openApprovals(environment());
    assert.equal(next.isApproved(config), true);
    assert.equal(next.isApproved({ ...config, hash: 'b'.repeat(64) }), false);
    assert.equal(next.isApproved({ ...config, file: '/other/.countersign/config.yaml' }), false);
  });

  it('forget what a file held before', async () => {
    await (await openApprovals(environment())).approve(config);
    await (await openApprovals(environment())).approve({ ...config, hash: 'b'.repeat(64) });
    assert.equal((await openApprovals(environment())).isApproved(config), false);
  });

  it('keep those of other files, and leave no partial file', async () => {
    const other = { file: '/other/.countersign/config.yaml', hash: 'c'.repeat(64) };
    await (await openApprovals(environment())).approve(other);
    await (await openApprovals(environment())).approve(config);
    assert.equal((await openApprovals(environment())).isApproved(other), true);
    assert.deepEqual(readdirSync(join(home, 'countersign')), ['approvals.json']);
  });

  for (const [what, text] of [
    ['is no JSON', '{'],
    ['is no list', '{"file": "x"}'],
    ['lists something else', '[null, 1, {"hash": "x"}]'],
  ] as const) {
    it(`approve nothing where their file ${what}`, async () => {
      mkdirSync(join(home, 'countersign'));
      writeFileSync(join(home, 'countersign', 'approvals.json'), text);
      assert.equal((await openApprovals(environment())).isApproved(config), false);
    });
  }
});
