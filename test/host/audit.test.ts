import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, DiagnosticSeverity, languages, Uri, window } from 'vscode';
import { backTo, folder, git, until } from './support.ts';

describe('An audit in the editor', () => {
  const start = git('rev-parse', 'HEAD');
  afterEach(() => backTo(start));

  it('puts what it finds in the staged changes among the Problems, and changes nothing', async () => {
    const file = join(folder(), 'src', 'greeting.ts');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\ndebugger;\n`);
    git('add', 'src/greeting.ts');
    const reply = '{"summary": "A halt is left in.", "findings": []}';
    appendFileSync(
      join(folder(), '.countersign', 'recorded.yaml'),
      `\n  - role: auditor:correctness\n    phase: audit\n    attempt: 1\n    reply: |\n      ${reply}\n    usage: { input: 10, cached: 0, output: 10 }\n`,
    );
    const before = git('diff', '--cached');
    await commands.executeCommand('countersign.auditStaged');
    const uri = Uri.file(file);
    const problem = await until('a problem is shown', () =>
      languages.getDiagnostics(uri).find(({ source }) => source?.startsWith('Countersign')),
    );
    assert.equal(problem.severity, DiagnosticSeverity.Error);
    assert.match(problem.message, /debugger/);
    assert.equal(git('diff', '--cached'), before);
    assert.equal(git('rev-parse', 'HEAD'), start);
  });

  it('measures reviewers on seeded faults, and says what recorded replies do not show', async () => {
    await commands.executeCommand('countersign.calibrateReviewers', { reviewers: ['correctness'] });
    const text = await until('the outcome is shown', () => {
      const shown = window.activeTextEditor?.document.getText() ?? '';
      return shown.startsWith('# Reviewers, measured here') ? shown : undefined;
    });
    assert.match(text, /\| correctness \| recorded\/auditor \| 0 of \d+ /);
    assert.match(text, /Mechanics only/);
    assert.equal(git('rev-parse', 'HEAD'), start);
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
