import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CodeAction,
  type CodeLens,
  type CompletionList,
  commands,
  type Hover,
  languages,
  Position,
  Range,
  Selection,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { backTo, confirm, folder, git, ours, readText, spec, until } from './support.ts';

async function written(path: string, text: string): Promise<Uri> {
  const file = join(folder(), path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  const uri = Uri.file(file);
  await window.showTextDocument(await workspace.openTextDocument(uri));
  return uri;
}

const own = (uri: Uri) => languages.getDiagnostics(uri).filter(({ source }) => source === 'Countersign');

const titlesAt = async (uri: Uri) => {
  const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', uri, 20);
  return lenses.map(({ range, command }) => `${range.start.line} ${command?.title}`);
};

async function completionAt(uri: Uri, line: number, column: number): Promise<readonly string[]> {
  const position = new Position(line, column);
  const list = await commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', uri, position);
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

/** Specs that a test wrote are not git's yet. */
async function backWithout(start: string): Promise<void> {
  await backTo(start);
  git('clean', '--quiet', '--force', '-d');
}

describe('Writing a spec in the editor', () => {
  const start = git('rev-parse', 'HEAD');
  before(() => ours().activate());
  afterEach(() => backWithout(start));

  it('shows what does not fit, where it stands, while it is written', async () => {
    const uri = await written('.countersign/phases/new.yaml', 'id: new\nrisk: huge\ngoal: g\ncolour: red\n');
    await until('problems are shown', () => own(uri).length === 2);
    assert.deepEqual(
      own(uri).map(({ range }) => [range.start.line, range.start.character, range.end.character]),
      [
        [1, 0, 4],
        [3, 0, 6],
      ],
    );
    const edit = new WorkspaceEdit();
    edit.replace(uri, new Range(1, 0, 4, 0), 'risk: high\ngoal: g\n');
    await workspace.applyEdit(edit);
    await until('they are gone once it fits', () => own(uri).length === 0);
  });

  it('reads plans, the configuration and the catalogue as well', async () => {
    const files = {
      '.countersign/plans/p.yaml': 'id: p\ngoal: g\ntiers:\n  - id: t\n    phases:\n      - ../phases/gone.yaml\n',
      '.countersign/config.yaml': 'parallel: many\n',
      '.countersign/catalogue.yaml': 'quality: 7\n',
    };
    for (const [path, text] of Object.entries(files)) {
      const uri = await written(path, text);
      await until(`a problem in ${path}`, () => own(uri).length === 1);
    }
  });

  it('completes keys and values, and explains a key', async () => {
    const uri = await written(
      '.countersign/phases/keys.yaml',
      'id: keys\ngoal: g\nrisk: \nverify:\n  - run: x\n    \n',
    );
    assert.deepEqual((await completionAt(uri, 2, 6)).filter((label) => /^(auto|low|medium|high)$/.test(label)).sort(), [
      'auto',
      'high',
      'low',
      'medium',
    ]);
    const keys = await completionAt(uri, 5, 4);
    assert.ok(keys.includes('timeout') && keys.includes('flaky'), keys.join());
    assert.ok(!keys.includes('run') && !keys.includes('acceptance'), keys.join());
    const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', uri, new Position(2, 1));
    const text = hovers.flatMap(({ contents }) =>
      contents.map((part) => (typeof part === 'string' ? part : part.value)),
    );
    assert.match(text.join('\n'), /A stated risk raises the computed one/);
  });

  it('offers to run and to forecast, and says over each criterion how the last run left it', async () => {
    const uri = spec('greet-in-language');
    await window.showTextDocument(await workspace.openTextDocument(uri));
    const before = await titlesAt(uri);
    assert.ok(before.includes('0 $(play) Run phase') && before.includes('0 $(graph-line) Forecast'), before.join());
    await commands.executeCommand('countersign.runPhase', uri);
    const after = await titlesAt(uri);
    assert.match(after.join('\n'), /^0 .*Last result: awaiting review/m);
    assert.match(after.join('\n'), /^9 \S+ Met/m);
    assert.match(after.join('\n'), /^10 \S+ Met/m);
    const edit = new WorkspaceEdit();
    edit.insert(uri, new Position(10, 4), 'Indeed ');
    await workspace.applyEdit(edit);
    assert.match((await titlesAt(uri)).join('\n'), /^10 .*Not run as it is written now/m);
  });

  it('runs a plan from its lens', async () => {
    const uri = Uri.file(join(folder(), '.countersign', 'plans', 'hello.yaml'));
    await window.showTextDocument(await workspace.openTextDocument(uri));
    const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', uri, 20);
    assert.ok(lenses.some(({ command }) => command?.command === 'countersign.runPlan'));
    assert.ok(lenses.some(({ command }) => command?.command === 'countersign.forecast'));
  });
});

describe('A new phase', () => {
  const start = git('rev-parse', 'HEAD');
  afterEach(() => backWithout(start));

  it('is asked for step by step, and written as a spec that fits', async () => {
    await confirm(commands.executeCommand('countersign.newPhase', 'Greet people twice'));
    assert.equal(
      readText('.countersign/phases/greet-people-twice.yaml'),
      'id: greet-people-twice\ngoal: Greet people twice\n',
    );
    assert.match(window.activeTextEditor?.document.uri.path ?? '', /greet-people-twice\.yaml$/);
  });

  it('never overwrites one that is there', async () => {
    for (const _ of [1, 2]) await confirm(commands.executeCommand('countersign.newPhase', 'Greet people twice'));
    assert.match(readText('.countersign/phases/greet-people-twice-2.yaml'), /^id: greet-people-twice-2\n/);
    assert.match(readText('.countersign/phases/greet-people-twice.yaml'), /^id: greet-people-twice\n/);
  });

  it('comes from a TODO, from a problem and from a selection', async () => {
    const uri = await written('src/todo.ts', 'export const a = 1;\n// TODO: greet in Dutch\nexport const b = 2;\n');
    const problems = languages.createDiagnosticCollection('test');
    problems.set(uri, [{ range: new Range(2, 0, 2, 6), message: 'b is never read', severity: 1 }]);
    const actionsIn = async (range: Range) => {
      const found = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', uri, range);
      return found.filter(({ command }) => command?.command === 'countersign.newPhaseFromSelection');
    };
    try {
      const [todo] = await actionsIn(new Range(1, 0, 1, 0));
      assert.equal(todo?.title, 'Create phase from TODO');
      await confirm(commands.executeCommand(todo.command?.command ?? '', ...(todo.command?.arguments ?? [])));
      const text = readText('.countersign/phases/greet-in-dutch.yaml');
      assert.match(text, /greet in Dutch/);
      assert.match(text, /src\/todo\.ts, line 2/);
      const titles = (await actionsIn(new Range(2, 0, 2, 4))).map(({ title }) => title);
      assert.deepEqual(titles.sort(), ['Create phase from selection', 'Create phase from this problem']);
    } finally {
      problems.dispose();
    }
  });

  it('asks for a goal where a selection says none, and writes nothing without', async () => {
    const uri = await written('src/other.ts', 'export const a = 1;\n');
    const editor = await window.showTextDocument(await workspace.openTextDocument(uri));
    editor.selection = new Selection(0, 0, 0, 6);
    const asked = commands.executeCommand('countersign.newPhaseFromSelection');
    let ended = false;
    void asked.then(() => {
      ended = true;
    });
    while (!ended) {
      await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await commands.executeCommand('workbench.action.closeQuickOpen');
    }
    assert.equal(git('status', '--porcelain', '.countersign'), '');
  });
});

describe('A plan', () => {
  const start = git('rev-parse', 'HEAD');
  afterEach(() => backWithout(start));

  it('is made from a goal by the planner, and opened', async () => {
    const phase = {
      id: 'wave',
      title: 'Wave',
      goal: 'Wave back.',
      scope: { include: ['src/**'] },
      acceptance: ['It waves'],
    };
    const plan = { id: 'waves', goal: 'Wave', tiers: [{ id: 'one', phases: [phase] }], questions: [] };
    appendFileSync(
      join(folder(), '.countersign', 'recorded.yaml'),
      `\n  - role: planner\n    phase: plan\n    attempt: 1\n    reply: |\n      ${JSON.stringify(plan)}\n    usage: { input: 10, cached: 0, output: 10 }\n`,
    );
    await confirm(commands.executeCommand('countersign.planFromGoal', 'Wave at people'));
    assert.match(readText('.countersign/plans/waves.yaml'), /goal: Wave at people/);
    assert.match(window.activeTextEditor?.document.uri.path ?? '', /waves\.yaml$/);
    assert.equal(git('rev-parse', 'HEAD'), start);
  });

  it('is forecast without anything being run', async () => {
    const uri = Uri.file(join(folder(), '.countersign', 'plans', 'hello.yaml'));
    const before = readFileSync(join(folder(), '.git', 'HEAD'), 'utf8');
    await confirm(commands.executeCommand('countersign.forecast', uri));
    assert.equal(readFileSync(join(folder(), '.git', 'HEAD'), 'utf8'), before);
    assert.equal(git('rev-parse', 'HEAD'), start);
  });
});
