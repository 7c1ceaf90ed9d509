import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { OpenRepository } from '../../../src/git/open-repository.ts';
import { type Scratch, scope, scratchRepository, specOf, staged } from './support.ts';

const change = '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n';
const creation = '--- /dev/null\n+++ b/dir/new.txt\n@@ -0,0 +1,2 @@\n+new\n+file\n';

describe('staging', () => {
  let scratch: Scratch;
  let repository: OpenRepository;
  let base: string;

  beforeEach(async () => {
    scratch = scratchRepository({ 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'b\n' });
    repository = await scratch.open();
    base = scratch.git('rev-parse', 'HEAD');
  });
  afterEach(() => scratch.remove());

  const stage = (reply: string, spec = specOf()) => repository.stage({ scope, spec, reply, base });

  async function faultOf(reply: string, spec = specOf()) {
    const before = scratch.git('for-each-ref');
    const result = await stage(reply, spec);
    assert.ok(!result.ok, 'it is refused');
    assert.equal(scratch.git('for-each-ref'), before);
    return result.fault;
  }

  it('goes on with the commit that an attempt made before of the very same change, and leaves no second ref', async () => {
    const [first, again, other, elsewhere] = [
      await stage(change),
      await stage(change),
      await stage(creation),
      await repository.stage({ scope: { ...scope, attempt: scope.attempt + 1 }, spec: specOf(), reply: change, base }),
    ].map((result) => (result.ok ? result.value : assert.fail()));
    assert.ok(first && again && other && elsewhere);
    assert.deepEqual(await repository.reuseStaged(scope, again), first);
    assert.deepEqual(await repository.reuseStaged(scope, other), other, 'another change stays');
    assert.deepEqual(await repository.reuseStaged({ ...scope, attempt: scope.attempt + 1 }, elsewhere), elsewhere);
    const refs = scratch.git('for-each-ref', '--format=%(refname)', 'refs/countersign/staged').trim().split('\n');
    assert.deepEqual(refs.toSorted(), [first.ref, other.ref, elsewhere.ref].toSorted());
  });

  it('makes a private commit on the base and touches nothing of the user’s', async () => {
    scratch.write('a.txt', 'dirty\n');
    scratch.write('b.txt', 'staged\n');
    scratch.git('add', 'b.txt');
    const before = [
      scratch.git('status', '--porcelain'),
      scratch.git('ls-files', '--stage'),
      scratch.git('stash', 'list'),
    ];
    const result = await stage(`Here it is:\n\`\`\`diff\n${change}${creation}\`\`\`\n`);
    assert.ok(result.ok, JSON.stringify(result));
    const { commit, tree, ref, files } = result.value;
    assert.equal(scratch.git('rev-parse', ref), commit);
    assert.equal(scratch.git('rev-parse', `${commit}^`), base);
    assert.equal(scratch.git('rev-parse', `${commit}^{tree}`), tree);
    assert.equal(scratch.git('show', `${commit}:a.txt`), 'one\nTWO\nthree');
    assert.deepEqual(files, [
      { path: 'a.txt', added: 1, removed: 1 },
      { path: 'dir/new.txt', added: 2, removed: 0 },
    ]);
    const after = [
      scratch.git('status', '--porcelain'),
      scratch.git('ls-files', '--stage'),
      scratch.git('stash', 'list'),
    ];
    assert.deepEqual(after, before);
  });

  it('gives a canonical patch that plain git applies to the same tree', async () => {
    const { patch, tree } = await staged(repository, change);
    scratch.write('the.patch', patch);
    scratch.git('apply', '--index', 'the.patch');
    assert.equal(scratch.git('write-tree'), tree);
  });

  it('says that a change is outside of its scope, with the files', async () => {
    const spec = specOf({ scope: { include: ['src/**', 'a.txt'] } });
    assert.deepEqual(await faultOf(change + creation, spec), { code: 'patch/out-of-scope', files: ['dir/new.txt'] });
  });

  it('says that nothing changes', async () => {
    const fault = await faultOf('--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+two\n three\n');
    assert.match(fault.code, /^patch\/(?:changes-nothing|already-applied)$/);
  });

  it('refuses what does not apply, is no patch, or leads out of the repository', async () => {
    assert.equal(
      (await faultOf(change.replace('-two', '-seven').replace(' one', ' eight'))).code,
      'patch/does-not-apply',
    );
    assert.equal((await faultOf('I would rather not.')).code, 'builder/no-patch');
    assert.equal((await faultOf(creation.replace('dir/new.txt', '../new.txt'))).code, 'patch/forbidden');
    assert.equal((await faultOf(creation.replace('dir/new.txt', '.git/hooks/x'))).code, 'patch/forbidden');
  });

  it('leaves no trace of an import that git refused', async () => {
    const result = repository.stage({ scope: { ...scope, runId: 'x' }, spec: specOf(), reply: change, base });
    assert.ok((await result).ok);
    scratch.write('.git/refs/countersign/staged/run1', 'in the way\n');
    await assert.rejects(stage(change), { message: /fast-import/ });
    assert.deepEqual(
      readdirSync(join(scratch.root, '.git')).filter((name) => name.includes('crash')),
      [],
    );
  });

  it('lets go of old staged changes, and only of those', async () => {
    const { ref } = await staged(repository, change);
    assert.equal(await repository.pruneStaged(1), 0);
    assert.ok(await repository.resolve(ref));
    assert.equal(await repository.pruneStaged(0), 1);
    assert.equal(await repository.resolve(ref), null);
  });

  it('stages the same change twice', async () => {
    assert.equal((await staged(repository, change)).tree, (await staged(repository, change)).tree);
  });

  it('puts a change on another base, or says why it no longer fits', async () => {
    const first = await staged(repository, change);
    scratch.write('a.txt', 'zero\none\ntwo\nthree\n');
    const moved = scratch.commit();
    const again = await repository.restage(scope, first, moved);
    assert.ok(again.ok, JSON.stringify(again));
    assert.equal(scratch.git('show', `${again.value.commit}:a.txt`), 'zero\none\nTWO\nthree');
    scratch.write('a.txt', 'something else\n');
    const gone = await repository.restage(scope, first, scratch.commit());
    assert.equal(gone.ok ? '' : gone.fault.code, 'patch/does-not-apply');
  });

  it('stages some hunks only', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    scratch.write('long.txt', `${lines.join('\n')}\n`);
    base = scratch.commit();
    const text = lines.with(2, 'first').with(20, 'second').join('\n');
    const whole = await staged(repository, `long.txt\n\`\`\`\n${text}\n\`\`\`\n`);
    const part = await repository.stagePart(scope, whole, new Map([['long.txt', [2]]]));
    assert.ok(part.ok, JSON.stringify(part));
    assert.equal(scratch.git('show', `${part.value.commit}:long.txt`), lines.with(20, 'second').join('\n'));
  });

  describe('a person’s texts', () => {
    const whole = () => staged(repository, `${change}${creation}`);
    const texts = (entries: Record<string, string | null>) => new Map(Object.entries(entries));

    it('are in the change, on the same base; files that are left out are as they were', async () => {
      const before = await whole();
      const edited = await repository.stageTexts(
        scope,
        before,
        texts({ 'a.txt': 'one\ntwo and a half\nthree\n', 'dir/new.txt': null }),
      );
      assert.ok(edited.ok, JSON.stringify(edited));
      assert.equal(edited.value.base, before.base);
      assert.equal(scratch.git('diff', '--name-only', base, edited.value.commit), 'a.txt');
      assert.equal(scratch.git('show', `${edited.value.commit}:a.txt`), 'one\ntwo and a half\nthree');
      assert.equal(scratch.read('a.txt'), 'one\ntwo\nthree\n');
    });

    it('leave the other files of the change as proposed', async () => {
      const before = await whole();
      const edited = await repository.stageTexts(scope, before, texts({ 'a.txt': null }));
      assert.ok(edited.ok, JSON.stringify(edited));
      assert.equal(scratch.git('show', `${edited.value.commit}:dir/new.txt`), 'new\nfile');
      assert.equal(scratch.git('show', `${edited.value.commit}:a.txt`), 'one\ntwo\nthree');
    });

    it('keep line endings, modes and a missing last line end', async () => {
      scratch.write('run.sh', 'one\r\ntwo\r\n', 0o755);
      base = scratch.commit();
      const before = await staged(repository, 'run.sh\n```\nONE\r\ntwo\r\n```\n');
      const text = 'ONE\r\nzwei';
      const edited = await repository.stageTexts(scope, before, texts({ 'run.sh': text }));
      assert.ok(edited.ok, JSON.stringify(edited));
      assert.equal(scratch.git('show', `${edited.value.commit}:run.sh`), text);
      assert.match(scratch.git('ls-tree', edited.value.commit, 'run.sh'), /^100755 /);
    });

    it('are refused where they change nothing or a file that the change does not touch', async () => {
      const before = await whole();
      const nothing = await repository.stageTexts(scope, before, texts({ 'a.txt': null, 'dir/new.txt': null }));
      assert.equal(nothing.ok ? '' : nothing.fault.code, 'patch/changes-nothing');
      const other = await repository.stageTexts(scope, before, texts({ 'b.txt': 'mine\n' }));
      assert.equal(other.ok ? '' : other.fault.code, 'arguments/invalid');
    });

    it('are flagged as any patch is', async () => {
      const hidden = 'one\nT\u202eWO\nthree\n';
      const edited = await repository.stageTexts(scope, await whole(), texts({ 'a.txt': hidden }));
      assert.ok(edited.ok, JSON.stringify(edited));
      assert.equal(edited.value.flags[0]?.kind, 'bidi-control');
    });
  });

  it('makes exactly the proposed text of any file', async () => {
    const line = fc.stringMatching(/^[ -~äß漢]{0,12}$/);
    const text = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => `${lines.join('\n')}\n`);
    await fc.assert(
      fc.asyncProperty(text, text, async (before, after) => {
        fc.pre(before !== after && before.trim() !== '' && after.trim() !== '');
        scratch.write('p.txt', before);
        base = scratch.commit();
        scratch.write('p.txt', after);
        const diff = `${scratch.git('diff')}\n`;
        scratch.git('reset', '--quiet', '--hard');
        const result = await stage(diff);
        assert.ok(result.ok, JSON.stringify(result));
        assert.equal(`${scratch.git('show', `${result.value.commit}:p.txt`)}\n`, after);
      }),
      { numRuns: 15 },
    );
  });
});

describe('the files of a commit', () => {
  let scratch: Scratch;
  afterEach(() => scratch.remove());

  it('are listed and read as committed, without binary, large, linked and unreadable ones', async () => {
    scratch = scratchRepository({ 'a.txt': 'one\n', 'z/ü "q".txt': 'ümlaut\n', empty: '' });
    scratch.write('binary.bin', Buffer.from([0, 1, 2]));
    scratch.write('latin1.txt', Buffer.from([0xe4, 0x0a]));
    scratch.write('large.txt', 'x'.repeat(2000));
    scratch.git('update-index', '--add', '--cacheinfo', `120000,${scratch.git('hash-object', '-w', 'a.txt')},link`);
    scratch.git('add', '.');
    scratch.git('commit', '--quiet', '-m', 'more');
    scratch.write('a.txt', 'dirty\n');
    const repository = await scratch.open({ fileLimit: 1000 });
    const tree = repository.tree(scratch.git('rev-parse', 'HEAD'));
    const names = ['a.txt', 'binary.bin', 'empty', 'large.txt', 'latin1.txt', 'z/ü "q".txt'];
    assert.deepEqual(await tree.paths(), names);
    const texts = await tree.read([...names, 'link', 'missing', 'z', '']);
    assert.deepEqual(Object.fromEntries(texts), { 'a.txt': 'one\n', empty: '', 'z/ü "q".txt': 'ümlaut\n' });
    const unlisted = repository.tree(tree.commit);
    assert.deepEqual(await unlisted.read(['z/ü "q".txt', 'link', 'z']), new Map([['z/ü "q".txt', 'ümlaut\n']]));
  });

  it('are read in one go, however many', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 1500 }, (_, index) => [`d${index % 7}/f${index}`, `${index}\n`]),
    );
    scratch = scratchRepository(files);
    const repository = await scratch.open();
    const tree = repository.tree(scratch.git('rev-parse', 'HEAD'));
    const texts = await tree.read(await tree.paths());
    assert.deepEqual(Object.fromEntries(texts), files);
  });
});
