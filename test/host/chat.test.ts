import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancellationTokenSource, type Command, lm, type MarkdownString } from 'vscode';
import type { Exports } from '../../src/vscode/extension.ts';
import { backTo, git, ours, pending } from './support.ts';

/** Records an answer as the chat view would be given it. */
function recorder() {
  const said: string[] = [];
  const steps: string[] = [];
  const buttons: Command[] = [];
  return {
    said,
    steps,
    buttons,
    markdown: (text: string | MarkdownString) => void said.push(String(text)),
    progress: (text: string) => void steps.push(text),
    button: (command: Command) => void buttons.push(command),
    anchor: (target: unknown) => void said.push(String(target)),
  };
}

describe('@countersign in the chat', () => {
  const start = git('rev-parse', 'HEAD');
  let answer: Exports['answer'];
  before(async () => {
    const exported: Exports = await ours().activate();
    answer = exported.answer;
  });
  afterEach(() => backTo(start));

  async function ask(command: string | undefined, prompt: string) {
    const say = recorder();
    await answer({ command, prompt }, say, new CancellationTokenSource().token);
    return { ...say, text: say.said.join('').replace(/\\([!-/:-@[-`{-~])/g, '$1') };
  }

  it('runs a phase to where it waits for a signature, and tells the steps', async () => {
    const { text, steps, buttons } = await ask('run', 'greet-in-language');
    assert.match(text, /Greet people in their language: awaiting review/);
    assert.ok(
      steps.some((step) => step.includes('npm test')),
      steps.join('\n'),
    );
    assert.ok(buttons.some(({ command }) => command === 'countersign.openReview'));
    assert.equal(git('rev-parse', 'HEAD'), start);
    assert.equal(pending().length, 1);
    const explained = await ask('explain', '');
    assert.match(explained.text, /awaiting review, 1 attempt/);
    assert.match((await ask('spend', '')).text, /This month: /);
  });

  it('says what it can do where it is asked for nothing', async () => {
    const { text } = await ask(undefined, 'hello');
    for (const name of ['plan', 'run', 'audit', 'spend', 'explain']) assert.match(text, new RegExp(`/${name}`));
  });

  it('offers what there is where no phase, or none there is, is named', async () => {
    for (const prompt of ['', 'no-such-phase']) {
      const { text, buttons } = await ask('run', prompt);
      assert.match(text, /Which one\?/);
      assert.deepEqual(
        new Set(buttons.map((button) => button.command)),
        new Set(['countersign.runPhase', 'countersign.runPlan']),
      );
    }
    assert.equal(pending().length, 0);
  });

  it('asks for a goal before it plans', async () => {
    assert.match((await ask('plan', ' ')).text, /Say what should be there/);
  });

  it('says what is wrong in its answer', async () => {
    const { text } = await ask('audit', '');
    assert.match(text, /changes nothing/);
  });
});

describe('Tools for language models', () => {
  const start = git('rev-parse', 'HEAD');
  before(() => ours().activate());
  after(() => backTo(start));

  it('are the three that the command line offers as well', async () => {
    const names = () => lm.tools.map(({ name }) => name).filter((name) => name.startsWith('countersign_'));
    for (let tries = 0; names().length < 3 && tries < 100; tries += 1) await sleep(50);
    assert.deepEqual(names().sort(), ['countersign_audit', 'countersign_run_phase', 'countersign_status']);
  });

  it('answer with JSON', async () => {
    const result = await lm.invokeTool('countersign_status', { input: { limit: 3 }, toolInvocationToken: undefined });
    const [part] = result.content as readonly { readonly value: string }[];
    const told = JSON.parse(part?.value ?? '');
    assert.ok(Array.isArray(told.runs) && Array.isArray(told.waiting), part?.value);
  });
});
