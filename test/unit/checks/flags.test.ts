import assert from 'node:assert/strict';
import { flagsOf } from '../../../src/checks/fail-to-pass.ts';
import { defaultTestGlobs } from '../../../src/domain/config.ts';
import { readDiff } from '../../../src/domain/read-diff.ts';
import { type Files, type Ground, makeGround, makeSpec } from './support.ts';

const test = `import assert from 'node:assert/strict';
describe('sum', () => {
  it('adds', () => {
    assert.strictEqual(sum(1, 2), 3);
  });

  it('refuses text', () => {
    assert.throws(() => sum('a', 1), /number/);
    assert.equal(calls, 0);
  });
});
`;
const manifest = `{
  "name": "sums",
  "scripts": {
    "start": "node main.js",
    "test": "node --test"
  },
  "dependencies": {}
}
`;

describe('flags of a patch', () => {
  let ground: Ground;
  before(() => {
    ground = makeGround({
      'src/sum.js': 'export const sum = 1;\n',
      'test/sum.test.js': test,
      'test/fixtures/rows.json': '[1]\n',
      'package.json': manifest,
      '.github/workflows/ci.yml': 'on: push\n',
      'src/caf\u00e9 "x".js': 'one\n',
    });
  });
  after(() => ground.remove());

  function flags(files: Files, spec: object = {}) {
    return flagsOf(makeSpec([], spec), ground.stage(files), defaultTestGlobs);
  }
  const kinds = (files: Files, spec: object = {}) => flags(files, spec).map((flag) => `${flag.kind} ${flag.severity}`);
  const changed = (from: string, to: string) => ({ 'test/sum.test.js': test.replace(from, to) });

  it('has none for a change of source with a new test', () => {
    const added = test.replace("  it('adds'", "  it('is new', () => {\n    assert.equal(1, 1);\n  });\n\n  it('adds'");
    assert.deepEqual(kinds({ 'src/sum.js': 'export const sum = 2;\n', 'test/sum.test.js': added }), []);
  });

  describe('deleted tests', () => {
    const refuses = test.slice(test.indexOf("\n  it('refuses"), test.indexOf('});\n', test.indexOf('calls')) + 4);

    it('are major, with their names', () => {
      const [flag, ...others] = flags(changed(refuses, ''));
      assert.deepEqual(
        [flag?.kind, flag?.severity, flag?.file, others],
        ['test-deleted', 'major', 'test/sum.test.js', []],
      );
      assert.match(flag?.detail ?? '', /"refuses text"/);
    });

    it('count where they are commented out', () => {
      const commented = refuses.replaceAll(/^ {2}/gm, '  // ');
      assert.deepEqual(kinds(changed(refuses, commented)), ['test-deleted major']);
    });

    it('count where the file goes', () => {
      assert.deepEqual(kinds({ 'test/sum.test.js': null }), ['test-deleted major']);
    });

    it('do not count where they move to another file', () => {
      assert.deepEqual(kinds({ 'test/sum.test.js': null, 'test/moved.test.js': test }), []);
      const apart = { 'test/refuses.test.js': `describe('refusals', () => {${refuses}});\n` };
      assert.deepEqual(kinds({ ...changed(refuses, ''), ...apart }), []);
    });

    it('do not count where they get another name', () => {
      assert.deepEqual(kinds(changed("it('adds'", "it('adds two numbers'")), []);
    });

    it('do not count where a fixture goes', () => {
      assert.deepEqual(kinds({ 'test/fixtures/rows.json': null }), []);
    });
  });

  describe('added skips', () => {
    it('are major, at their line', () => {
      const [flag] = flags(changed("it('refuses", "it.skip('refuses"));
      assert.deepEqual([flag?.kind, flag?.severity, flag?.line], ['test-skipped', 'major', 7]);
    });

    it('count where all others are left out', () => {
      assert.deepEqual(kinds(changed("it('adds'", "it.only('adds'")), ['test-skipped major']);
    });

    it('do not count outside tests, nor where one is taken away', () => {
      assert.deepEqual(kinds({ 'src/sum.js': "it.skip('a');\n" }), []);
      const skipped = ground.stage(changed("it('adds'", "it.skip('adds'"));
      const back = ground.stage({ 'test/sum.test.js': test }, skipped.commit);
      assert.deepEqual(flagsOf(makeSpec([]), back, defaultTestGlobs), []);
      const indented = changed("it('adds'", "  it.skip('adds'");
      assert.deepEqual(flagsOf(makeSpec([]), ground.stage(indented, skipped.commit), defaultTestGlobs), []);
    });
  });

  describe('loosened assertions', () => {
    for (const [from, to] of [
      ['assert.strictEqual(sum(1, 2), 3)', 'assert.ok(sum(1, 2))'],
      ['assert.strictEqual(sum(1, 2), 3)', 'assert.ok(true)'],
      ['assert.equal(calls, 0)', 'assert.ok(calls >= 0)'],
      ['    assert.equal(calls, 0);\n', ''],
      ['    assert.equal(calls, 0);', '    // assert.equal(calls, 0);'],
    ] as const) {
      it(`are major: ${JSON.stringify(from.trim())} to ${JSON.stringify(to.trim())}`, () => {
        assert.deepEqual(kinds(changed(from, to)), ['assertion-loosened major']);
      });
    }

    for (const [from, to] of [
      ['sum(1, 2), 3)', 'sum(1, 2), 4)'],
      ['assert.equal(calls, 0)', 'assert.strictEqual(calls, 0)'],
      ['    assert.equal(calls, 0);\n', '    assert.equal(calls, 0);\n    assert.equal(errors, 0);\n'],
    ] as const) {
      it(`are not: ${JSON.stringify(from.trim())} to ${JSON.stringify(to.trim())}`, () => {
        assert.deepEqual(kinds(changed(from, to)), []);
      });
    }
  });

  describe('changed configuration of checks', () => {
    it('is major where it was there, minor where it is new', () => {
      assert.deepEqual(kinds({ '.github/workflows/ci.yml': 'on: never\n' }), ['check-config-changed major']);
      assert.deepEqual(kinds({ '.github/workflows/ci.yml': null }), ['check-config-changed major']);
      assert.deepEqual(kinds({ 'vitest.config.ts': 'export {};\n' }), ['check-config-changed minor']);
    });

    it('is minor where the scope names the very file', () => {
      const spec = { scope: { include: ['.github/workflows/ci.yml'] } };
      assert.deepEqual(kinds({ '.github/workflows/ci.yml': 'on: never\n' }, spec), ['check-config-changed minor']);
      assert.deepEqual(kinds({ '.github/workflows/ci.yml': 'on: never\n' }, { scope: { include: ['.github/**'] } }), [
        'check-config-changed major',
      ]);
    });

    it('counts the scripts of package.json, and nothing else in it', () => {
      const to = (from: string, text: string) => kinds({ 'package.json': manifest.replace(from, text) });
      assert.deepEqual(to('node --test"', 'true"'), ['check-config-changed major']);
      assert.deepEqual(to(',\n    "test": "node --test"', ''), ['check-config-changed major']);
      assert.deepEqual(to('node --test"', 'node --test",\n    "test:slow": "node slow.js"'), [
        'check-config-changed minor',
      ]);
      assert.deepEqual(
        to('"name"', '"jest": { "testPathIgnorePatterns": ["sum"] },\n  "testPathIgnorePatterns": ["x"],\n  "name"'),
        ['check-config-changed major'],
      );
      assert.deepEqual(to('node main.js', 'node other.js'), []);
      assert.deepEqual(to('{}', '{ "left-pad": "1.0.0" }'), []);
    });
  });

  describe('read from the text of a patch', () => {
    it('has the names as they are, quoted ones and those of pure renames too', () => {
      const staged = ground.stage({ 'src/caf\u00e9 "x".js': 'two\n', 'src/a b.js': 'x\n' });
      assert.deepEqual(
        readDiff(staged.patch)
          .map((file) => file.path)
          .sort(),
        ['src/a b.js', 'src/caf\u00e9 "x".js'],
      );
      const renamed =
        'diff --git a/old.js b/new name.js\nsimilarity index 100%\nrename from old.js\nrename to new name.js\n';
      assert.deepEqual(
        readDiff(renamed).map((file) => [file.renamedFrom, file.path]),
        [['old.js', 'new name.js']],
      );
    });

    it('takes no line of content for a header', () => {
      const lines = '--- a/x\n+++ b/x\n@@ -1 +1 @@\ndiff --git a/y b/y\nnew file mode 100644\n';
      const staged = ground.stage({ 'src/sum.js': lines });
      const files = readDiff(staged.patch);
      assert.deepEqual(
        files.map((file) => [file.path, file.status]),
        [['src/sum.js', 'changed']],
      );
      assert.deepEqual(
        files[0]?.lines.filter((line) => line.kind === 'added').map((line) => [line.newLine, line.text]),
        lines
          .trimEnd()
          .split('\n')
          .map((text, at) => [at + 1, text]),
      );
    });
  });
});
