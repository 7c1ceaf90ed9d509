import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  commands,
  Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  Location,
  languages,
  Position,
  Range,
  SymbolInformation,
  SymbolKind,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { createLanguageServices } from '../../src/vscode/gather/language-services.ts';
import { backTo, folder, git, pending, readText, spec } from './support.ts';

const signal = () => new AbortController().signal;
const uriOf = (file: string) => Uri.file(join(folder(), file));

/** Services of our own, so that nothing hangs on what this editor has installed. */
function registerServices(): Disposable[] {
  const greeting = uriOf('src/greeting.ts');
  const declared = new SymbolInformation('greet', SymbolKind.Function, '', new Location(greeting, new Position(3, 0)));
  const alike = new SymbolInformation('greetings', SymbolKind.Function, '', new Location(greeting, new Position(0, 0)));
  const away = new Location(Uri.file('/elsewhere/greeting.ts'), new Position(3, 0));
  const outside = new SymbolInformation('greet', SymbolKind.Function, '', away);
  return [
    languages.registerWorkspaceSymbolProvider({ provideWorkspaceSymbols: () => [declared, alike, outside] }),
    languages.registerReferenceProvider(
      { scheme: 'file', pattern: '**/greeting.ts' },
      {
        provideReferences: (_, position) =>
          position.line === 3 ? [new Location(uriOf('src/service.ts'), new Position(2, 0)), away] : [],
      },
    ),
  ];
}

describe('What the editor’s language services say', () => {
  const start = git('rev-parse', 'HEAD');
  const services = () => createLanguageServices(folder(), () => realpathSync(folder()));
  let registered: Disposable[] = [];
  beforeEach(async () => {
    registered = registerServices();
    await workspace.openTextDocument(uriOf('src/service.ts'));
  });
  afterEach(async () => {
    for (const one of registered) one.dispose();
    await commands.executeCommand('workbench.action.files.revert');
    await commands.executeCommand('workbench.action.closeAllEditors');
  });
  // Of these only the last runs a phase.
  after(() => backTo(start));

  it('is told by path and line, of this repository alone', async () => {
    const declared = await services().symbols(['greet'], ['src/greeting.ts', 'src/missing.ts'], signal());
    assert.ok(declared.length > 0);
    assert.deepEqual(
      [...new Set(declared.map(({ path, line, name, kind }) => `${path}:${line} ${kind} ${name}`))],
      ['src/greeting.ts:4 function greet'],
    );
    const [place] = declared;
    assert.ok(place);
    const uses = await services().references(place, signal());
    assert.ok(uses.some(({ path, line }) => path === 'src/service.ts' && line === 3));
    assert.ok(uses.every(({ path }) => !path.includes('elsewhere')));
  });

  it('starts no language’s service: what no open file is of is not asked about', async () => {
    assert.deepEqual(await services().symbols(['greet'], ['src/greeting.py'], signal()), []);
  });

  it('tells problems, but not those that audits of ours put there', () => {
    const collection = languages.createDiagnosticCollection('gather-test');
    registered.push(collection);
    const problem = (message: string, severity: DiagnosticSeverity, source?: string) => {
      const made = new Diagnostic(new Range(3, 0, 3, 5), message, severity);
      return Object.assign(made, source ? { source } : {});
    };
    collection.set(uriOf('src/greeting.ts'), [
      problem('Wrong here', DiagnosticSeverity.Error),
      problem('A taste', DiagnosticSeverity.Hint),
      problem('Found by us', DiagnosticSeverity.Error, 'Countersign: security'),
    ]);
    const told = services()
      .diagnostics()
      .filter(({ place }) => place.path === 'src/greeting.ts');
    assert.deepEqual(
      told.map(({ place, severity, message }) => [place.line, severity, message]),
      [[4, 'error', 'Wrong here']],
    );
  });

  it('has texts as they are saved, and none of what is not', async () => {
    const document = await workspace.openTextDocument(uriOf('src/greeting.ts'));
    const paths = ['src/greeting.ts', 'src/service.ts', 'src/missing.ts'];
    const before = await services().texts(paths);
    assert.deepEqual([...before.keys()], ['src/greeting.ts', 'src/service.ts']);
    assert.equal(before.get('src/greeting.ts'), readText('src/greeting.ts'));
    await window.showTextDocument(document);
    const edit = new WorkspaceEdit();
    edit.insert(document.uri, new Position(0, 0), '// mine\n');
    await workspace.applyEdit(edit);
    assert.deepEqual([...(await services().texts(paths)).keys()], ['src/service.ts']);
  });

  it('is asked before a phase is built', async () => {
    await commands.executeCommand('countersign.runPhase', spec('greet-in-language'));
    const [review] = pending();
    assert.ok(review);
    const userStateDirectory = mkdtempSync(join(tmpdir(), 'countersign-state-'));
    const redaction = { secrets: [], patterns: [] };
    const history = openLedger(join(folder(), '.git', 'countersign'), { redaction, userStateDirectory });
    try {
      const gathered = history.events(review.runId).find((event) => event.type === 'context-gathered');
      assert.ok(gathered?.type === 'context-gathered');
      const asked = gathered.report.gatherers.filter(({ name }) => name.startsWith('editor-'));
      assert.deepEqual(
        asked.map(({ name, outcome, detail }) => [name, outcome, detail]),
        ['editor-symbols', 'editor-references', 'editor-diagnostics'].map((name) => [name, 'done', null]),
      );
      // A replay, which has no editor, shows the same brief by them.
      assert.deepEqual(
        gathered.editor?.gatherers.map(({ name }) => name),
        asked.map(({ name }) => name),
      );
    } finally {
      history.close();
      rmSync(userStateDirectory, { recursive: true, force: true });
    }
  });
});
