import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  ConfigurationTarget,
  commands,
  extensions,
  type TabInputText,
  TabInputTextDiff,
  Uri,
  window,
  workspace,
} from 'vscode';
import { backTo, folder, git, until } from './support.ts';

const scripted = 'vscode/countersign-test/scripted';
const setRoles = (roles: object | undefined) =>
  workspace.getConfiguration('countersign').update('models.roles', roles, ConfigurationTarget.Global);

const plan = `# A plan of ours.
id: again
goal: Say more
tiers:
  - id: one
    phases:
      - id: too-much
        goal: Say everything at once.
        budget: { attempts: 1 }
`;

const reply = JSON.stringify({
  id: 'other',
  goal: 'x',
  tiers: [
    {
      id: 'one',
      title: 'One',
      phases: [
        {
          id: 'a-little',
          title: 'Say a little',
          goal: 'Say one thing.',
          category: 'docs',
          complexity: 'low',
          risk: 'auto',
          scope: { include: ['README.md'], exclude: [], context: [] },
          acceptance: ['README.md names it'],
          verify: [{ run: 'node --test' }],
          dependsOn: [],
        },
      ],
    },
  ],
  questions: [],
});

function lastRun(): string {
  const history = new DatabaseSync(join(folder(), '.git', 'countersign', 'ledger.sqlite'), { readOnly: true });
  try {
    const row = history.prepare("SELECT run_id FROM phases WHERE id = 'too-much' ORDER BY started_ms DESC").get();
    return String(row?.run_id);
  } finally {
    history.close();
  }
}

/** The two sides of a proposal that is open. */
function openProposal(): TabInputTextDiff | undefined {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs
    .map(({ input }) => input)
    .find((input): input is TabInputTextDiff => {
      return input instanceof TabInputTextDiff && input.modified.scheme === 'countersign-plan';
    });
}

describe('Planning anew what remains', () => {
  const start = git('rev-parse', 'HEAD');
  const file = () => join(folder(), '.countersign', 'plans', 'again.yaml');

  before(async () => {
    await setRoles({ builder: scripted, auditor: scripted, planner: scripted });
    const provider = await extensions.getExtension('countersign-test.model-provider')?.activate();
    provider.answerWith((texts: readonly string[]) =>
      texts[0]?.startsWith('Countersign role: planner') ? reply : 'There is nothing that I could change.',
    );
    mkdirSync(join(file(), '..'), { recursive: true });
    writeFileSync(file(), plan);
    await commands.executeCommand('countersign.runPlan', Uri.file(file()));
  });
  after(async () => {
    await setRoles(undefined);
    await backTo(start);
    git('clean', '--quiet', '--force', '-d');
  });
  beforeEach(() => commands.executeCommand('workbench.action.closeAllEditors'));

  it('shows the difference of the plan, and leaves the file alone when it is discarded', async () => {
    await commands.executeCommand('countersign.replan', { runId: lastRun() });
    const shown = await until('the difference is open', openProposal);
    const [before, after] = await Promise.all(
      [shown.original, shown.modified].map((uri) => workspace.openTextDocument(uri)),
    );
    assert.equal(before?.getText(), plan);
    assert.match(after?.getText() ?? '', /# A plan of ours\.[\s\S]*continues: [\s\S]*- id: a-little/);
    assert.equal(readFileSync(file(), 'utf8'), plan, 'nothing is written yet');
    await commands.executeCommand('countersign.discardPlan', shown.modified);
    await until('the difference is closed', () => openProposal() === undefined);
    assert.equal(readFileSync(file(), 'utf8'), plan);
  });

  it('writes the plan once it is accepted, and opens it', async () => {
    const runId = lastRun();
    await commands.executeCommand('countersign.replan', { runId });
    const shown = await until('the difference is open', openProposal);
    await commands.executeCommand('countersign.acceptPlan', shown.modified);
    const text = readFileSync(file(), 'utf8');
    assert.match(text, new RegExp(`^continues: ${runId}$`, 'm'));
    assert.match(text, /^ {6}- id: a-little$/m);
    assert.doesNotMatch(text, /too-much/);
    const input = await until('the plan is open', () => window.tabGroups.activeTabGroup.activeTab?.input);
    assert.equal((input as TabInputText).uri.fsPath, file());
    assert.equal(openProposal(), undefined);
  });
});
