import picomatch from 'picomatch';
import type { CheckFlag } from '../domain/checks.ts';
import type { DiffFile } from '../domain/read-diff.ts';

/** Files that say what is checked, and how. */
const isCheckConfiguration = picomatch(
  [
    '.github/{workflows,actions}/**',
    '.gitlab-ci.yml',
    '.circleci/**',
    '.buildkite/**',
    '{.travis,azure-pipelines,bitbucket-pipelines,appveyor,.drone}.yml',
    '**/Jenkinsfile',
    '.countersign/**',
    '.husky/**',
    '.pre-commit-config.yaml',
    '**/{jest,vitest,karma,playwright,cypress,ava,wdio,stryker,eslint,stylelint,commitlint,nyc}.{config,conf}.*',
    '**/vitest.workspace.*',
    '**/{.mocharc,.nycrc,.c8rc,.taprc,.eslintrc,.stylelintrc}{,.*}',
    '**/.eslintignore',
    '**/{biome,.oxlintrc,deno}.{json,jsonc}',
    '**/tsconfig{,.*}.json',
    '**/{pytest.ini,tox.ini,noxfile.py,.coveragerc,.flake8,mypy.ini,.pylintrc,ruff.toml,.ruff.toml,conftest.py}',
    '**/{.rspec,.rubocop.yml,phpunit.xml,phpunit.xml.dist,.golangci.yml,.golangci.yaml,clippy.toml,codecov.yml,.codecov.yml}',
    '**/.config/nextest.toml',
  ],
  { dot: true },
);

/** Files where only some lines are about checks. */
const partly: readonly { readonly files: (file: string) => boolean; readonly lines: RegExp }[] = [
  {
    files: picomatch('**/package.json', { dot: true }),
    lines:
      /^\s*"(?:(?:pre|post)?(?:test|lint|check|verify|typecheck|coverage|build)(?:[:.-][\w:.-]+)?|jest|mocha|ava|nyc|c8|vitest|tap|eslintConfig|lint-staged|testMatch|testRegex|testPathIgnorePatterns|coverageThreshold|passWithNoTests)"\s*:/,
  },
  {
    files: picomatch(['**/pyproject.toml', '**/setup.cfg'], { dot: true }),
    lines:
      /^\s*\[(?:tool[.:])?(?:pytest|coverage|ruff|mypy|flake8|pylint|tox)\b|^\s*(?:addopts|testpaths|norecursedirs|python_files|python_functions|markers|filterwarnings|fail_under|omit|xfail_strict|ignore_errors|extend-ignore|ignore)\s*=/,
  },
  {
    files: picomatch('**/{vite.config.*,Makefile,makefile,GNUmakefile,justfile,Justfile}', { dot: true }),
    lines: /^\s*(?:test|tests|check|lint|verify|coverage)\s*:/,
  },
  {
    files: picomatch('**/{pom.xml,build.gradle,build.gradle.kts,Cargo.toml}', { dot: true }),
    lines:
      /skipTests|skipITs|maven\.test|surefire|failsafe|ignoreFailures|exclude\w*\s*\(?['"].*[Tt]est|^\s*(?:test|doctest|harness)\s*=/,
  },
];

/** Settings that leave something out: new ones are as grave as changed ones. */
const leavesOut = /ignore|exclude|omit|skip|passWithNoTests|addopts|norecursedirs/i;

/**
 * Changes to what is checked and how. What was there and changes is major; what is new, or is named as it stands in the
 * phase's scope, is minor: it is what was asked for, or takes nothing away.
 */
export function configurationFlags(files: readonly DiffFile[], scope: readonly string[]): readonly CheckFlag[] {
  return files.flatMap((file) => {
    const flag =
      isCheckConfiguration(file.path) || (file.renamedFrom !== null && isCheckConfiguration(file.renamedFrom))
        ? wholeFile(file)
        : partOfFile(file);
    if (!flag) return [];
    return [
      scope.includes(file.path)
        ? { ...flag, severity: 'minor' as const, detail: `${flag.detail} The phase's scope names it.` }
        : flag,
    ];
  });
}

function wholeFile(file: DiffFile): CheckFlag {
  const verbs = { added: 'adds', deleted: 'deletes', changed: 'changes' };
  return {
    kind: 'check-config-changed',
    severity: file.status === 'added' ? 'minor' : 'major',
    file: file.path,
    line: file.lines.find((line) => line.kind === 'added')?.newLine ?? null,
    detail: `The patch ${verbs[file.status]} ${file.path}, which says what is checked.`,
  };
}

function partOfFile(file: DiffFile): CheckFlag | null {
  const rule = partly.find((each) => each.files(file.path));
  if (!rule || file.status === 'added') return null;
  const touched = file.lines.filter((line) => line.kind !== 'context' && rule.lines.test(line.text));
  const keyOf = (text: string) => (rule.lines.exec(text)?.[0] ?? text).trim();
  const trimmed = (text: string) => text.trim().replace(/,$/, '');
  const removed = touched.filter((line) => line.kind === 'removed');
  const added = touched.filter((line) => line.kind === 'added');
  // A comma at the end of an unchanged setting changes nothing.
  const lost = removed.filter((line) => !added.some((other) => trimmed(other.text) === trimmed(line.text)));
  const gained = added.filter((line) => !removed.some((other) => trimmed(other.text) === trimmed(line.text)));
  const first = lost[0] ?? gained[0];
  if (!first) return null;
  const successor = gained.find((line) => keyOf(line.text) === keyOf(first.text));
  return {
    kind: 'check-config-changed',
    severity: lost.length > 0 || gained.some((line) => leavesOut.test(line.text)) ? 'major' : 'minor',
    file: file.path,
    line: (successor ?? gained[0])?.newLine ?? null,
    detail:
      lost.length === 0
        ? `The patch adds to what is checked: \`${trimmed(first.text)}\`.`
        : `The patch ${successor ? 'changes' : 'removes'} \`${trimmed(first.text)}\`${successor ? ` to \`${trimmed(successor.text)}\`` : ''}.`,
  };
}
