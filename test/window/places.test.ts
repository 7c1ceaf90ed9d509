import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleFolder } from '../editor/paths.ts';
import {
  answerDialog,
  answerInput,
  chooseFromMenu,
  clearToasts,
  clickEditorAction,
  clickViewAction,
  codeLens,
  dialog,
  editorTab,
  openContainer,
  openOutput,
  openPalette,
  pick,
  pictureFailures,
  quickPickRows,
  runCommand,
  screenshot,
  statusBarItem,
  toast,
  treeRow,
  trustFolder,
  view,
  webview,
  whenReady,
} from '../editor/window.ts';
import { recordedReply } from '../support/recorded-replies.ts';
import { startScriptedModelServer } from '../support/scripted-model-server.ts';
import { keepPastRuns } from '../support/spend-history.ts';
import { container, type Desk, openDesk, openFile } from './support.ts';

const spec = '.countersign/phases/greet-in-language.yaml';

describe('A folder whose configuration is not approved', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk({ approved: false });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('says so, with the next step', async () => {
    const { page } = desk;
    await openContainer(page, container);
    await view(page, 'Runs').getByText('Nothing of it counts until you approve').waitFor();
    await (await webview(page, 'main section')).getByText('Nothing spent yet').waitFor();
    await screenshot(page, 'unapproved');
  });

  it('runs once its keys were shown and approved', async () => {
    const { page } = desk;
    await openFile(page, spec);
    await codeLens(page, 'Run phase').click();
    await dialog(page).getByText('models.roles.builder').waitFor();
    await screenshot(page, 'approve-configuration');
    await answerDialog(page, 'Approve');
    await statusBarItem(page, '1 to sign').waitFor();
    await screenshot(page, 'run-by-lens');
  });

  it('leaves everything as it was when the change is rejected', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Open Changes');
    await page.locator('.part.editor').getByText('Bonjour').first().waitFor();
    await clickEditorAction(page, 'Reject');
    await screenshot(page, 'reject');
    await answerInput(page, 'Not now');
    await statusBarItem(page, 'Rejected').waitFor();
    await editorTab(page, 'Review').waitFor({ state: 'detached' });
    assert.equal(desk.git('log', '--format=%s'), 'Start');
    assert.equal(desk.git('status', '--porcelain'), '');
    await treeRow(page, 'Runs', 'Greet people').first().waitFor();
    await screenshot(page, 'rejected');
  });

  it('keeps a line for each step in the output', async () => {
    const { page } = desk;
    const lines = await openOutput(page, 'Countersign');
    await lines.filter({ hasText: 'rejected by you: Not now' }).first().waitFor();
    await screenshot(page, 'output');
    await runCommand(page, 'View: Hide Panel');
    await clearToasts(page);
  });

  it('runs a spec from the explorer, and stops when it is cancelled', async () => {
    const { page } = desk;
    writeFileSync(
      join(desk.folder, spec.replace('greet-in-language', 'slow')),
      'id: greet-in-language\ntitle: Wait for ever\ngoal: |\n  GET /hello takes a `lang` parameter and greets in that language: en (as now), de or fr.\nverify:\n  - run: sleep 100\n',
    );
    await runCommand(page, 'View: Show Explorer');
    const slow = page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: 'slow.yaml' });
    await slow.waitFor();
    await chooseFromMenu(page, slow, 'Run Phase…');
    await toast(page, 'running sleep 100').waitFor();
    await screenshot(page, 'running');
    await toast(page, 'running sleep 100').locator('.monaco-button').filter({ hasText: 'Cancel' }).click();
    await statusBarItem(page, 'Stopped by you').waitFor();
    assert.equal(desk.git('log', '--format=%s'), 'Start');
  });

  it('shows how things stand', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Show Status');
    await quickPickRows(page, 'Run a phase').waitFor();
    await screenshot(page, 'status');
    await page.keyboard.press('Escape');
  });
});

describe('A window of a new user', () => {
  let desk: Desk;
  pictureFailures(() => desk?.page);
  afterEach(() => desk?.close());

  it('offers to make a repository where there is none', async () => {
    desk = await openDesk();
    rmSync(join(desk.folder, '.git'), { recursive: true });
    await openContainer(desk.page, container);
    await view(desk.page, 'Runs').getByText('This folder has no git repository').waitFor();
    await screenshot(desk.page, 'no-repository');
  });

  it('offers to choose a model where there is none', async () => {
    desk = await openDesk({
      prepare: (folder) => rmSync(join(folder, '.countersign', 'config.yaml')),
      approved: false,
    });
    await openContainer(desk.page, container);
    await view(desk.page, 'Runs').getByText('Choose a model to begin').waitFor();
    await screenshot(desk.page, 'no-model');
    await view(desk.page, 'Runs').getByText('Choose Models').click();
    await quickPickRows(desk.page, 'Enter a model').click();
    await answerInput(desk.page, 'openai/some-model');
    await quickPickRows(desk.page, 'Enter a model').waitFor();
    await screenshot(desk.page, 'choose-models');
    await quickPickRows(desk.page, 'Enter a model').click();
    await answerInput(desk.page, 'openai/other-model');
    await toast(desk.page, 'OpenAI needs a key').locator('.monaco-button').filter({ hasText: 'Set API Key' }).click();
    await pick(desk.page, /^OpenAI/);
    await desk.page.locator('.quick-input-widget input[type="password"]').waitFor();
    await screenshot(desk.page, 'api-key');
    await answerInput(desk.page, 'sk-test');
    await statusBarItem(desk.page, 'Key for openai stored').waitFor();
    await view(desk.page, 'Runs').getByText('No runs yet').waitFor();
  });

  it('works with a server and a key that are entered', async () => {
    const phase = 'greet-in-language';
    const model = await startScriptedModelServer({
      replies: [
        { role: 'builder', text: recordedReply(exampleFolder, 'builder', phase) },
        { role: 'auditor', text: recordedReply(exampleFolder, 'auditor:correctness', phase) },
      ],
    });
    try {
      desk = await openDesk({
        prepare: (folder) => rmSync(join(folder, '.countersign', 'config.yaml')),
        approved: false,
      });
      const { page } = desk;
      await runCommand(page, 'Countersign: Set API Key…');
      await pick(page, 'Another server');
      await answerInput(page, 'lab');
      await page.locator('.quick-input-widget input[placeholder^="http"]').waitFor();
      await answerInput(page, model.url);
      await page.locator('.quick-input-widget input[type="password"]').waitFor();
      await answerInput(page, 'key-of-the-lab');
      await statusBarItem(page, 'Key for lab stored').waitFor();
      await runCommand(page, 'Countersign: Choose Models…');
      await pick(page, 'Enter a model');
      await answerInput(page, 'lab/some-model');
      await page.locator('.quick-input-widget input[placeholder^="Which model reviews"]').waitFor();
      await pick(page, 'Enter a model');
      await answerInput(page, 'lab/other-model');
      await statusBarItem(page, 'Models chosen').waitFor();
      await runCommand(page, 'Countersign: Run Phase…');
      await pick(page, 'Greet people');
      await statusBarItem(page, '1 to sign').waitFor();
      assert.deepEqual(
        model.requests.map(({ headers }) => headers.authorization),
        ['Bearer key-of-the-lab', 'Bearer key-of-the-lab'],
      );
      await openContainer(page, container);
      await (await webview(page, 'main section')).getByText('? unknown').first().waitFor();
      await screenshot(page, 'own-server');
    } finally {
      await model.close();
    }
  });

  it('opens the example in a window of its own, ready to run without a question', async () => {
    desk = await openDesk();
    const { page } = desk;
    const opening = page.context().waitForEvent('page', { timeout: 60_000 });
    await runCommand(page, 'Countersign: Open Example…');
    const example = await opening;
    await whenReady(example, container);
    await openContainer(example, container);
    await view(example, 'Runs').getByText('No runs yet').waitFor();
    await clickViewAction(example, 'Runs', 'Run Phase…');
    await quickPickRows(example, 'Greet people in their language').waitFor();
    await screenshot(example, 'example');
    await example.close();
  });

  it('shows the past runs of an untrusted folder, and lets nothing be done with them', async () => {
    desk = await openDesk({
      untrusted: true,
      prepare: (folder) => keepPastRuns(join(folder, '.git', 'countersign'), 12, new Date()),
    });
    const { page } = desk;
    await openContainer(page, container);
    const runs = view(page, 'Runs');
    await runs.getByText('past runs are shown, nothing runs').waitFor();
    await runs.locator('.monaco-list-row').first().click();
    await runs.locator('.monaco-list-row[aria-level="2"]').first().hover();
    assert.equal(await runs.getByRole('button', { name: 'Roll Back' }).count(), 0);
    const spend = await webview(page, 'main section');
    await spend.getByText('Last 7 days').waitFor();
    await screenshot(page, 'untrusted-past-runs');
    assert.deepEqual(readdirSync(join(desk.folder, '.git', 'countersign')), ['ledger.sqlite']);
  });

  it('runs nothing in an untrusted folder, and offers trust', async () => {
    desk = await openDesk({ untrusted: true });
    const { page } = desk;
    await openContainer(page, container);
    await view(page, 'Runs').getByText('This folder is not trusted').waitFor();
    await (await webview(page, 'main section')).getByText('Nothing spent yet').waitFor();
    await screenshot(page, 'untrusted');
    assert.ok(await view(page, 'Runs').getByText('This folder is not trusted').isVisible());
    await openPalette(page, 'Countersign: Run Phase');
    await page.waitForTimeout(500);
    assert.equal(await quickPickRows(page, 'Countersign: Run Phase').count(), 0);
    await page.keyboard.press('Escape');
    await trustFolder(page);
    await openContainer(page, container);
    await view(page, 'Runs').getByText('No runs yet').waitFor();
  });
});
