import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { exampleFolder } from '../editor/paths.ts';
import {
  answerDialog,
  chooseFromMenu,
  clearToasts,
  clickRowAction,
  dialog,
  editorTab,
  expandRow,
  openContainer,
  pick,
  pictureFailures,
  quickPickRows,
  reloadWindow,
  runCommand,
  screenshot,
  statusBarItem,
  toast,
  treeRow,
  view,
} from '../editor/window.ts';
import { makeWorkspace, type Workspace } from '../editor/workspace.ts';
import { keepPastRuns } from '../support/spend-history.ts';
import { container, type Desk, openDesk } from './support.ts';

const phase = 'Greet people in their language';

describe('The Runs view of 260 runs in one week', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk({
      prepare: (folder) => keepPastRuns(join(folder, '.git', 'countersign'), 260, new Date()),
      size: { width: 1280, height: 800 },
    });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('shows 200, and the others when they are asked for', async () => {
    const { page } = desk;
    await openContainer(page, container);
    const rows = view(page, 'Runs').locator('.monaco-list-row');
    await rows.first().click();
    await screenshot(page, 'runs-200');
    await page.keyboard.press('End');
    const more = treeRow(page, 'Runs', 'Show More');
    await more.waitFor();
    assert.equal(await more.getAttribute('aria-setsize'), '201');
    await screenshot(page, 'runs-200-end');
    await more.click();
    await more.waitFor({ state: 'detached' });
    await page.keyboard.press('End');
    await view(page, 'Runs').locator('.monaco-list-row[aria-posinset="260"]').waitFor();
    assert.equal(await rows.last().getAttribute('aria-setsize'), '260');
  });

  it('leaves one Trajectories panel, also where a reload left one in the background', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Open Trajectories');
    await editorTab(page, 'Trajectories').waitFor();
    await runCommand(page, 'File: New Untitled Text File');
    await editorTab(page, 'Untitled').waitFor();
    await reloadWindow(page, container);
    await editorTab(page, 'Trajectories').waitFor();
    await runCommand(page, 'Countersign: Open Trajectories');
    await page.locator('.part.editor .tab.active').filter({ hasText: 'Trajectories' }).waitFor();
    assert.equal(await editorTab(page, 'Trajectories').count(), 1);
  });
});

describe('A window of two folders', () => {
  let desk: Desk;
  let other: Workspace;
  let scratch: string;
  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'countersign-roots-'));
    other = await makeWorkspace(exampleFolder, (folder) => {
      rmSync(join(folder, '.countersign', 'phases', 'greet-in-language.yaml'));
      rmSync(join(folder, '.countersign', 'plans'), { recursive: true });
      mkdirSync(join(folder, '.countersign', 'plans'));
    });
    const file = join(scratch, 'two.code-workspace');
    desk = await openDesk({
      size: { width: 1280, height: 800 },
      folder: file,
      beforeOpening: (folder) =>
        writeFileSync(
          file,
          JSON.stringify({
            folders: [
              { path: folder, name: 'one' },
              { path: other.folder, name: 'two' },
            ],
          }),
        ),
    });
  });
  after(async () => {
    await desk?.close();
    other?.remove();
    rmSync(scratch, { recursive: true, force: true });
  });
  pictureFailures(() => desk?.page);

  it('asks in which one a phase is to run, and works there', async () => {
    const { page } = desk;
    assert.equal(basename(desk.folder), basename(other.folder));
    await openContainer(page, container);
    await runCommand(page, 'Countersign: Run Phase…');
    await quickPickRows(page, 'two').first().waitFor();
    await screenshot(page, 'two-folders');
    await pick(page, 'one');
    await pick(page, phase);
    await statusBarItem(page, '1 to sign').waitFor();
    await treeRow(page, 'Runs', phase).first().waitFor();
  });

  it('shows the other one when that is chosen, with what waits there', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Choose Folder…');
    await pick(page, 'two');
    await view(page, 'Runs').getByText('two').first().waitFor();
    await treeRow(page, 'Runs', phase).first().waitFor({ state: 'detached' });
    await statusBarItem(page, '1 to sign').waitFor({ state: 'detached' });
    await screenshot(page, 'two-folders-other');
    await runCommand(page, 'Countersign: Choose Folder…');
    await pick(page, 'one');
    await statusBarItem(page, '1 to sign').waitFor();
  });
});

describe('A phase that a cap stopped', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk({
      prepare: (folder) => {
        const spec = join(folder, '.countersign', 'phases', 'greet-in-language.yaml');
        writeFileSync(spec, readFileSync(spec, 'utf8').replace('usd: 0.5', 'usd: 0.001'));
      },
    });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  const ofPhase = () => view(desk.page, 'Runs').locator('.monaco-list-row[aria-level="2"]');

  it('says so in its row, and in full when it is asked', async () => {
    const { page } = desk;
    await openContainer(page, container);
    await runCommand(page, 'Countersign: Run Phase…');
    await pick(page, phase);
    await statusBarItem(page, 'Stopped').waitFor();
    await clearToasts(page);
    await expandRow(treeRow(page, 'Runs', phase).first());
    await ofPhase().locator('.codicon-credit-card').first().waitFor();
    await chooseFromMenu(page, ofPhase(), 'Show Reason');
    await toast(page, 'Not sent: the call may cost').waitFor();
    await screenshot(page, 'cap-reason');
    await clearToasts(page);
  });

  it('goes on where it was once its cap is raised, as far as is said', async () => {
    const { page } = desk;
    await clickRowAction(ofPhase(), 'Resume with Higher Cap…');
    const input = page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill('0.001');
    await page.locator('.quick-input-widget').getByText('less would stop the same call').waitFor();
    await screenshot(page, 'cap-input');
    await input.fill('1');
    await input.press('Enter');
    await dialog(page).getByText('Raise the cap of this phase from $0.0010 to $1.00?').waitFor();
    await screenshot(page, 'cap-raise');
    await answerDialog(page, 'Raise Cap');
    await statusBarItem(page, '1 to sign').waitFor();
  });
});
