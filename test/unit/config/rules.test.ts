import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type LoadedConfig, loadConfig } from '../../../src/config/load-config.ts';
import { agentBounds } from '../../../src/domain/agent-tools.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { compileStrategy, strategyOf } from '../../../src/domain/strategy.ts';

describe('rules of a project', () => {
  let folder: string;
  let root: string;
  let home: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-rules-'));
    root = path.join(folder, 'repository');
    home = path.join(folder, 'config');
    file = path.join(root, '.countersign', 'rules.yaml');
    await mkdir(path.dirname(file), { recursive: true });
    await mkdir(path.join(home, 'countersign'), { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const load = (approved: readonly string[] = []) =>
    loadConfig({
      root,
      environment: { XDG_CONFIG_HOME: home },
      own: [],
      configFile: null,
      isApproved: (approval) => approved.includes(path.basename(approval.file)),
    });
  const rules = async (text: string, approved: readonly string[] = ['rules.yaml']): Promise<LoadedConfig> => {
    await writeFile(file, text);
    return load(approved);
  };
  const originOf = ({ settings }: LoadedConfig, key: string) => {
    const found = settings.find((setting) => setting.key === key);
    return found && [found.value, found.origin, found.file && path.basename(found.file)];
  };

  it('has the built-in table where there is no file', async () => {
    const { config } = await load();
    const strategy = compileStrategy(config);
    const bulk = strategyOf(strategy, 'bulk-multi-file');
    assert.deepEqual(
      [bulk.tokens, bulk.attempts, bulk.complexity, bulk.profile, bulk.autoApply],
      [1_500_000, 1, 'high', 'strict', false],
    );
    const docs = strategyOf(strategy, 'docs');
    assert.deepEqual([docs.tokens, docs.attempts, docs.auditorAttempts, docs.autoApply], [200_000, 2, 1, true]);
    assert.deepEqual(strategyOf(strategy, 'no such kind'), strategyOf(strategy, 'feature-scaffolding'));
    assert.deepEqual(
      [strategy.limits.phases, strategy.limits.minutes, strategy.limits.tier.majors, strategy.limits.minorsPerPhase],
      [25, 120, 0, 3],
    );
  });

  it('compiles into one strategy, and says where each value came from', async () => {
    const loaded = await rules(
      [
        'categories:',
        '  docs: { tokens: 50000, attempts: 1 }',
        '  data-migration: { tokens: 600000, profile: strict, autoApply: false, highRisk: true }',
        'run: { tokens: 900000, usd: 2, phases: 4, minutes: 30, minorsPerPhase: 1 }',
        'tier: { tokens: 400000, usd: 1, majors: 1 }',
        'protectedPaths: ["src/auth/**"]',
      ].join('\n'),
    );
    const { config } = loaded;
    const strategy = compileStrategy(config);
    assert.deepEqual(loaded.unapproved, []);
    assert.equal(strategyOf(strategy, 'docs').tokens, 50_000);
    assert.equal(strategyOf(strategy, 'docs').auditorAttempts, 1, 'what is not said stays built in');
    const own = strategyOf(strategy, 'data-migration');
    assert.deepEqual([own.tokens, own.attempts, own.profile, own.highRisk], [600_000, 3, 'strict', true]);
    assert.deepEqual([config.budget.tokens, config.budget.usd], [900_000, 2]);
    assert.deepEqual(strategy.protectedPaths, ['src/auth/**']);
    assert.deepEqual(strategy.limits.tier, {
      tokens: 400_000,
      usd: 1,
      majors: 1,
      minorsPerPhase: 2,
      failedChecksPerPhase: 2,
    });
    assert.deepEqual(originOf(loaded, 'strategy.categories.docs.tokens'), [50_000, 'rules', 'rules.yaml']);
    assert.deepEqual(originOf(loaded, 'limits.phases'), [4, 'rules', 'rules.yaml']);
    assert.deepEqual(originOf(loaded, 'limits.tier.minorsPerPhase'), [2, 'default', null]);
  });

  it('lets what tightens count at once, and names what loosens until it is approved', async () => {
    const text = [
      'categories:',
      '  docs: { tokens: 50000, attempts: 9, autoApply: false }',
      '  security-auth-change: { autoApply: true, profile: normal, complexity: low, highRisk: false }',
      '  our-kind: { tokens: 400000, minutes: 600 }',
      'run: { phases: 4, minutes: 600, usd: 50 }',
      'tier: { majors: 3, minorsPerPhase: 1, tokens: 10 }',
      'protectedPaths: ["src/**"]',
    ].join('\n');
    const loaded = await rules(text, []);
    assert.deepEqual(
      loaded.unapproved.map(({ keys }) => keys),
      [
        [
          'budget.usd',
          'limits.minutes',
          'limits.tier.majors',
          'strategy.categories.docs.attempts',
          'strategy.categories.our-kind.minutes',
          'strategy.categories.security-auth-change.autoApply',
          'strategy.categories.security-auth-change.complexity',
          'strategy.categories.security-auth-change.highRisk',
          'strategy.categories.security-auth-change.profile',
        ],
      ],
    );
    const strategy = compileStrategy(loaded.config);
    const docs = strategyOf(strategy, 'docs');
    assert.deepEqual([docs.tokens, docs.attempts, docs.autoApply], [50_000, 2, false]);
    assert.equal(strategyOf(strategy, 'security-auth-change').autoApply, false);
    assert.deepEqual([strategy.limits.phases, strategy.limits.minutes, strategy.limits.tier.majors], [4, 120, 0]);
    assert.equal(strategy.limits.tier.tokens, 10);
    const approved = compileStrategy((await load(['rules.yaml'])).config);
    assert.deepEqual([strategyOf(approved, 'docs').attempts, approved.limits.minutes], [9, 600]);
  });

  it('judges each file for itself, the configuration over the rules', async () => {
    await writeFile(path.join(root, '.countersign', 'config.yaml'), 'limits: { phases: 30, minutes: 60 }\n');
    const loaded = await rules('run: { phases: 40, minutes: 90 }\n', ['config.yaml']);
    assert.deepEqual([loaded.config.limits.phases, loaded.config.limits.minutes], [30, 60]);
    assert.deepEqual(
      loaded.unapproved.map(({ file: of, keys }) => [path.basename(of), keys]),
      [['rules.yaml', ['limits.phases']]],
    );
  });

  it('may not take away what the user protects', async () => {
    await writeFile(path.join(home, 'countersign', 'config.yaml'), 'strategy: { protectedPaths: ["deploy/**"] }\n');
    const loaded = await rules('protectedPaths: ["src/**"]\n', []);
    assert.deepEqual(loaded.config.strategy.protectedPaths, ['deploy/**']);
    assert.deepEqual(loaded.unapproved[0]?.keys, ['strategy.protectedPaths']);
    const both = await rules('protectedPaths: ["src/**", "deploy/**"]\n', []);
    assert.deepEqual([both.config.strategy.protectedPaths, both.unapproved], [['src/**', 'deploy/**'], []]);
  });

  const wrong: readonly (readonly [text: string, line: number, column: number, problem: RegExp])[] = [
    ['categories:\n  docs: { tokens: many }\n', 2, 11, /expected number/],
    ['categories:\n  docs:\n    toknes: 5\n', 3, 5, /Unknown key `toknes` in `categories.docs`/],
    ['gates: {}\n', 1, 1, /Unknown key `gates`/],
    ['run: { phases: 0 }\n', 1, 8, /run\.phases/],
    ['tier: { majors: 1.5 }\n', 1, 9, /tier\.majors/],
    ['categories:\n  "a.b": { tokens: 5 }\n', 2, 3, /letters, digits/],
    ['protectedPaths: src/**\n', 1, 1, /expected array/],
    ['run: [\n', 2, 1, /./],
  ];
  for (const [text, line, column, problem] of wrong) {
    it(`names the place of what is wrong in ${JSON.stringify(text)}`, async () => {
      await assert.rejects(rules(text, []), (error: EngineError) => {
        assert.ok(error.fault.code === 'config/invalid');
        assert.deepEqual(error.fault.at, { file, line, column });
        assert.match(error.fault.problem, problem);
        return true;
      });
    });
  }

  it('lets a stronger layer take a CI workflow away as a whole', async () => {
    await writeFile(
      path.join(home, 'countersign', 'config.yaml'),
      'checks: { ci: { workflow: a.yml, timeout: 5m } }\n',
    );
    assert.deepEqual((await load()).config.checks.ci, { workflow: 'a.yml', timeout: '5m' });
    const bounded = await loadConfig({
      root,
      environment: { XDG_CONFIG_HOME: home },
      own: [{ origin: 'command line', file: null, values: agentBounds }],
      configFile: null,
      isApproved: () => true,
    });
    assert.equal(bounded.config.checks.ci, null, 'an agent has nothing pushed');
    await writeFile(path.join(root, '.countersign', 'config.yaml'), 'checks: { ci: null }\n');
    const loaded = await load();
    assert.deepEqual([loaded.config.checks.ci?.workflow, loaded.unapproved[0]?.keys], ['a.yml', ['checks.ci']]);
  });

  it('stands in its document as it is read', async () => {
    const document = await readFile(path.resolve(import.meta.dirname, '..', '..', '..', 'docs', 'rules.md'), 'utf8');
    const example = /```yaml\n([\s\S]*?)```/.exec(document)?.[1] ?? '';
    const { config } = await rules(example);
    assert.deepEqual(Object.keys(config.strategy.categories), ['docs', 'data-migration']);
    const table = compileStrategy((await rules('# none\n')).config);
    const rows = [...document.matchAll(/^\| (`[^|]+) \| ([\d,]+) \| (\d) \| (\d) \| (.*?) ?\|$/gm)];
    assert.equal(rows.length, 9);
    for (const [, names = '', tokens = '', attempts, asks, care] of rows) {
      for (const [, name = ''] of names.matchAll(/`([^`]+)`/g)) {
        const own = strategyOf(table, name);
        assert.deepEqual(
          [own.tokens, own.attempts, own.auditorAttempts, own.highRisk],
          [Number(tokens.replaceAll(',', '')), Number(attempts), Number(asks), care === 'high risk'],
          name,
        );
      }
    }
  });

  it('takes a file without content for no rules', async () => {
    const loaded = await rules('# nothing yet\n', []);
    assert.deepEqual([loaded.unapproved, loaded.config.strategy.categories], [[], {}]);
    assert.ok(!(loaded instanceof EngineError));
  });
});
