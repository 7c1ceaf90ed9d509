import assert from 'node:assert/strict';
import { ConfigurationTarget, commands, extensions, workspace } from 'vscode';
import { recordedReply } from '../support/recorded-replies.ts';
import { backTo, confirm, folder, git, pending, readText, spec } from './support.ts';

type Answer = (texts: readonly string[]) => string | Promise<string>;

async function answerWith(answer: Answer): Promise<void> {
  const provider = await extensions.getExtension('countersign-test.model-provider')?.activate();
  assert.ok(provider, 'The test’s own model is installed.');
  provider.answerWith(answer);
}

const setRoles = (roles: object | undefined) =>
  workspace.getConfiguration('countersign').update('models.roles', roles, ConfigurationTarget.Global);

const isBuilder = (texts: readonly string[]) => texts[0]?.startsWith('Countersign role: builder') === true;

describe('A model that VS Code offers', () => {
  const start = git('rev-parse', 'HEAD');
  before(() => setRoles({ builder: 'vscode/countersign-test/scripted', auditor: 'vscode/countersign-test/scripted' }));
  after(() => setRoles(undefined));
  afterEach(() => backTo(start));

  it('builds and reviews a phase', async () => {
    const heard: string[] = [];
    await answerWith((texts) => {
      heard.push(texts[0]?.split('\n')[0] ?? '');
      const role = isBuilder(texts) ? 'builder' : 'auditor:correctness';
      return recordedReply(folder(), role, 'greet-in-language');
    });
    await commands.executeCommand('countersign.runPhase', spec('greet-in-language'));
    const [review] = pending();
    assert.ok(review);
    await confirm(commands.executeCommand('countersign.approve', review));
    assert.match(readText('src/greeting.ts'), /Bonjour/);
    assert.deepEqual(heard, ['Countersign role: builder', 'Countersign role: auditor:correctness']);
  });

  it('that fails leaves nothing behind but its reason', async () => {
    await answerWith(() => {
      throw new Error('The test has no reply.');
    });
    await commands.executeCommand('countersign.runPhase', spec('serve-cards'));
    assert.deepEqual(pending(), []);
    assert.equal(git('rev-parse', 'HEAD'), start);
    assert.equal(git('status', '--porcelain'), '');
  });
});
