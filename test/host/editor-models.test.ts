import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { ConfigurationTarget, commands, extensions, workspace } from 'vscode';
import { pngOf } from '../support/pictures.ts';
import { recordedReply } from '../support/recorded-replies.ts';
import { backTo, confirm, folder, git, pending, readText, spec } from './support.ts';

type Reply = string | { readonly callId: string; readonly name: string; readonly input: object };
type Answer = (texts: readonly string[], toolNames: readonly string[]) => Reply | Promise<Reply>;

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

  it('uses the Builder’s tools', async () => {
    const turns: (readonly string[])[] = [];
    await answerWith((texts, toolNames) => {
      if (!isBuilder(texts)) return recordedReply(folder(), 'auditor:correctness', 'greet-in-language');
      turns.push(texts);
      if (turns.length > 1) return recordedReply(folder(), 'builder', 'greet-in-language');
      assert.ok(toolNames.includes('read_file'), toolNames.join(' '));
      return { callId: 'call-1', name: 'read_file', input: { path: 'src/greeting.ts' } };
    });
    await commands.executeCommand('countersign.runPhase', spec('greet-in-language'));
    assert.equal(pending().length, 1);
    const [, last] = turns;
    assert.equal(last?.at(-2), '[call-1: read_file]');
    assert.match(last?.at(-1) ?? '', /src\/greeting\.ts, lines 1 to \d+[\s\S]*Phase greet-in-language, attempt 1$/);
  });

  it('is shown a picture where it sees and the user allows it', async () => {
    const content = pngOf(40, 30);
    mkdirSync(join(folder(), 'docs'), { recursive: true });
    writeFileSync(join(folder(), 'docs', 'mock.png'), content);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Draw it');
    const vision = 'vscode/countersign-test/scripted-vision';
    await setRoles({ builder: vision, auditor: 'vscode/countersign-test/scripted' });
    const settings = workspace.getConfiguration('countersign');
    await settings.update('builder.tools', { documents: true }, ConfigurationTarget.Global);
    try {
      const turns: (readonly string[])[] = [];
      await answerWith((texts) => {
        if (!isBuilder(texts)) return recordedReply(folder(), 'auditor:correctness', 'greet-in-language');
        turns.push(texts);
        if (turns.length > 1) return recordedReply(folder(), 'builder', 'greet-in-language');
        return { callId: 'call-1', name: 'view_image', input: { source: 'docs/mock.png' } };
      });
      await commands.executeCommand('countersign.runPhase', spec('greet-in-language'));
      assert.equal(pending().length, 1);
      const shown = turns[1]?.at(-1) ?? '';
      assert.match(shown, /1\. docs\/mock\.png, \d+ bytes, SHA-256 [0-9a-f]{64}/);
      // What this version of VS Code cannot send is said to be left out.
      assert.ok(
        'LanguageModelDataPart' in vscode
          ? shown.endsWith(`[image/png, ${content.length} bytes]`)
          : shown.includes('this model cannot be sent pictures'),
        shown,
      );
    } finally {
      await settings.update('builder.tools', undefined, ConfigurationTarget.Global);
      await setRoles({ builder: 'vscode/countersign-test/scripted', auditor: 'vscode/countersign-test/scripted' });
    }
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
