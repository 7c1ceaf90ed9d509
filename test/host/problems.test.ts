import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationTarget, commands, languages, Uri, workspace } from 'vscode';
import { backTo, folder, git, ours, pending, spec, until } from './support.ts';

describe('Findings among the Problems', () => {
  const start = git('rev-parse', 'HEAD');
  const setting = () => workspace.getConfiguration('countersign');
  const set = (value: string | undefined) => setting().update('problems.findings', value, ConfigurationTarget.Global);
  const found = () =>
    languages
      .getDiagnostics(Uri.file(join(folder(), 'src', 'greeting.ts')))
      // What an audit found before stays until the next one.
      .filter(({ message }) => message.includes('could be shorter'));
  before(() => ours().activate());
  afterEach(async () => {
    await set(undefined);
    await backTo(start);
  });

  it('are those of a change that waits, where the setting asks for them, and of no other', async () => {
    const recorded = join(folder(), '.countersign', 'recorded.yaml');
    const finding = {
      severity: 'minor',
      category: 'style',
      file: 'src/greeting.ts',
      line: 3,
      claim: 'The map could be shorter.',
      evidence: "['de', { hello: 'Hallo', world: 'Welt' }],",
      suggestion: null,
    };
    const reply = JSON.stringify({ summary: 'One remark.', findings: [finding] });
    const text = readFileSync(recorded, 'utf8');
    const entry = /( {2}- role: auditor:\w+\n {4}phase: greet-in-language\n[\s\S]*?reply: )[\s\S]*?(\n {4}usage:)/g;
    const changed = text.replace(
      entry,
      (_, head: string, tail: string) => `${head}'${reply.replaceAll("'", "''")}'${tail}`,
    );
    assert.notEqual(changed, text);
    writeFileSync(recorded, changed);
    await commands.executeCommand('countersign.runPhase', spec('greet-in-language'));
    assert.equal(pending().length, 1);
    assert.deepEqual(found(), []);
    await set('all');
    await until('the finding is shown', () => found().length === 1);
    await set('major');
    await until('a minor one is not shown any more', () => found().length === 0);
  });
});
