import assert from 'node:assert/strict';
import { applyReply } from '../../../src/patch/batch.ts';
import { changesPackageScripts, forbiddenPath, protectedPath, throughSymlink } from '../../../src/patch/path-policy.ts';
import { outOfScope } from '../../../src/patch/scope.ts';

describe('Path policy', () => {
  const forbidden = [
    '',
    ' ',
    '.',
    '..',
    '../a',
    'a/../../b',
    './a',
    'a//b',
    'a/',
    '/etc/passwd',
    '//server/share/a',
    '\\\\server\\share\\a',
    'a\\b',
    'C:\\a',
    'C:/a',
    'c:a',
    '~/a',
    '~root/a',
    '.git/config',
    '.GIT/config',
    'a/.git/hooks/x',
    '.git',
    '.git /config',
    '.git./config',
    'git~1/config',
    '.git::$INDEX_ALLOCATION/x',
    '.g\u200cit/config',
    '.\uff47\uff49\uff54/config',
    '.g\u0456t/config',
    'con',
    'src/nul.txt',
    'AUX.ts',
    'com1',
    'lpt9.log',
    'a. ',
    'a.',
    'dir./a',
    'a\u0000b',
    'a\nb',
    'a\u001b[31m',
    'a\u202egpj.exe',
    'a\u200b.ts',
    'a\ufffd',
    'a:stream',
    'a?b',
    'a|b',
    'x'.repeat(300),
  ];
  for (const path of forbidden) {
    it(`forbids ${JSON.stringify(path.slice(0, 40))}`, () => assert.notEqual(forbiddenPath(path), null));
  }

  for (const path of [
    'a',
    'src/a.ts',
    '.gitignore',
    '.github/x.yml',
    'a b/c d.md',
    'é/日本.txt',
    '.env',
    'git/a',
    'a.git/b',
    '[...slug].tsx',
    '(group)/page.tsx',
    'console.ts',
    'a..b',
    '$id.ts',
  ]) {
    it(`allows ${JSON.stringify(path)}`, () => assert.equal(forbiddenPath(path), null));
  }

  for (const path of [
    '.vscode/tasks.json',
    'x.code-workspace',
    '.mcp.json',
    '.gitattributes',
    'sub/.gitattributes',
    '.gitmodules',
    '.github/workflows/ci.yml',
    '.GitHub/Workflows/ci.yml',
    '.gitlab-ci.yml',
    'Jenkinsfile',
    '.husky/pre-commit',
    '.pre-commit-config.yaml',
    '.bashrc',
    'home/.zshrc',
    '.countersign/config.yaml',
    '.npmrc',
    '.cursor/rules/a.md',
    'AGENTS.md',
    '.devcontainer/devcontainer.json',
  ]) {
    it(`protects ${path}`, () => assert.notEqual(protectedPath(path), null));
  }

  for (const path of [
    'src/workflows/a.ts',
    'package.json',
    'vscode/a.ts',
    'docs/github.md',
    'src/bashrc.ts',
    'README.md',
  ]) {
    it(`does not protect ${path}`, () => assert.equal(protectedPath(path), null));
  }

  it('tells changed scripts of a package from changed dependencies', () => {
    const base = { name: 'a', scripts: { test: 'mocha' }, dependencies: {} };
    const text = (value: unknown): string => JSON.stringify(value);
    assert.equal(changesPackageScripts('package.json', text(base), text({ ...base, dependencies: { b: '1' } })), false);
    assert.equal(changesPackageScripts('a/package.json', text(base), text({ ...base, scripts: { test: 'x' } })), true);
    assert.equal(changesPackageScripts('package.json', null, text(base)), true);
    assert.equal(changesPackageScripts('package.json', text(base), '{ broken'), true);
    assert.equal(changesPackageScripts('my-package.json', text(base), text({})), false);
  });

  it('sees a link on the way to a path', () => {
    const links = new Map([
      ['link', '../outside'],
      ['a/b', 'c'],
    ]);
    assert.ok(throughSymlink('link/evil.txt', links));
    assert.ok(throughSymlink('a/b', links));
    assert.ok(!throughSymlink('a/c', links));
    assert.ok(!throughSymlink('linked/x', links));
  });
});

describe('Patch scope', () => {
  it('names what no include takes in and what an exclude takes out', () => {
    const scope = { include: ['src/**', 'README.md'], exclude: ['src/secret/**'] };
    assert.deepEqual(outOfScope(['src/a.ts', 'src/.hidden/a', 'src/secret/k', 'test/a.ts', 'README.md'], scope), [
      'src/secret/k',
      'test/a.ts',
    ]);
  });

  it('takes a folder for everything in it, and no include for everything', () => {
    assert.deepEqual(outOfScope(['src/a/b.ts', 'srcs/a.ts'], { include: ['src/'], exclude: [] }), ['srcs/a.ts']);
    assert.deepEqual(outOfScope(['x', '.y/z'], { include: [], exclude: ['.y'] }), ['.y/z']);
  });

  it('does not read an exclamation mark as a negation', () => {
    assert.deepEqual(outOfScope(['a.ts'], { include: ['!b.ts'], exclude: [] }), ['a.ts']);
  });
});

describe('Patch policy in use', () => {
  const files = new Map([['src/app.ts', 'export const a = 1;\n']]);
  const create = (path: string, extra = ''): string =>
    `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x${extra}\n`;
  const code = (reply: string, links?: Map<string, string>): string => {
    const applied = applyReply(reply, files, links);
    return applied.ok ? 'applied' : applied.fault.code;
  };

  it('refuses the whole patch when one path is forbidden', () => {
    const good = '--- a/src/app.ts\n+++ b/src/app.ts\n@@ -1 +1 @@\n-export const a = 1;\n+export const a = 2;\n';
    assert.equal(code(good), 'applied');
    assert.equal(code(good + create('../evil.txt')), 'patch/forbidden');
  });

  it('refuses links, submodules, binaries, NUL and changes of mode', () => {
    assert.equal(code(create('link').replace('100644', '120000')), 'patch/forbidden');
    assert.equal(code(create('sub').replace('100644', '160000')), 'patch/forbidden');
    assert.equal(code(create('suid').replace('100644', '104755')), 'patch/forbidden');
    assert.equal(code('diff --git a/l.png b/l.png\nBinary files a/l.png and b/l.png differ\n'), 'patch/forbidden');
    assert.equal(code(create('nul.bin', '\u0000')), 'patch/forbidden');
    assert.equal(code('diff --git a/src/app.ts b/src/app.ts\nold mode 100644\nnew mode 100755\n'), 'patch/forbidden');
    assert.equal(code(create('link/a.txt'), new Map([['link', '..']])), 'patch/forbidden');
  });

  it('refuses a file where a folder is, a folder where a file is, and a name that differs in case only', () => {
    for (const path of ['src', 'src/app.ts/inner.txt', 'src/App.ts', 'SRC/new.ts'])
      assert.equal(code(create(path)), 'patch/does-not-apply', path);
  });

  it('flags protected paths, new programs, and characters that deceive', () => {
    const applied = applyReply(
      create('.github/workflows/ci.yml', '\u202e // \u200b p\u0430ypal').replace('100644', '100755'),
      files,
    );
    assert.ok(applied.ok);
    assert.deepEqual(applied.value.patch.flags.map((flag) => flag.kind).sort(), [
      'bidi-control',
      'look-alike',
      'mode-change',
      'protected-path',
      'zero-width',
    ]);
    assert.equal(applied.value.patch.files[0]?.mode, '100755');
  });

  it('flags nothing about ordinary code and words of other scripts', () => {
    const applied = applyReply(create('src/words.ts', " = 'приве\u0301т, γειά σου, 日本語 👩\u200d💻';"), files);
    assert.ok(applied.ok);
    assert.deepEqual(applied.value.patch.flags, []);
  });
});
