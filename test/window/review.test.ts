import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../editor/paths.ts';
import {
  answerInput,
  clickEditorAction,
  clickRowAction,
  clickToastButton,
  commentThreads,
  containerBadge,
  editorTab,
  expandRow,
  multiDiffFiles,
  openContainer,
  pick,
  pictureFailures,
  quickPickRows,
  reloadWindow,
  resizeSideBar,
  runCommand,
  screenshot,
  statusBarItem,
  toast,
  treeRow,
  webview,
} from '../editor/window.ts';
import { container, type Desk, openDesk, withFinding } from './support.ts';

const title = 'Greet people in their language';

/** Keeps a picture for the README as well, where that was asked for: a test run leaves the work tree as it was. */
function keepForReadme(file: string, name: string): void {
  if (process.env.UPDATE_PICTURES !== '1') return;
  const folder = join(projectFolder, 'media', 'readme');
  mkdirSync(folder, { recursive: true });
  copyFileSync(file, join(folder, `${name}.png`));
}

describe('A change under review', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk({ prepare: withFinding, size: { width: 1280, height: 800 } });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('comes from a phase that is picked in the palette', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Run Phase…');
    await quickPickRows(page, title).waitFor();
    await statusBarItem(page, 'Activating Extensions').waitFor({ state: 'hidden' });
    keepForReadme(await screenshot(page, 'palette-run'), 'run');
    await pick(page, title);
    await toast(page, 'waits for your signature').waitFor();
    await statusBarItem(page, '1 to sign').waitFor();
    await containerBadge(page, container).getByText('1').waitFor();
    await screenshot(page, 'review-asked-for');
  });

  it('is shown as a diff of its files, with the finding on its line', async () => {
    const { page } = desk;
    await clickToastButton(page, 'waits for your signature', 'Open Review');
    const summary = await webview(page, 'section.verdict h2');
    await summary.getByRole('button', { name: 'Open changes' }).click();
    await editorTab(page, `Review: ${title}`).waitFor();
    await multiDiffFiles(page).first().waitFor();
    await page.locator('.part.editor').getByText('Bonjour').first().waitFor();
    await screenshot(page, 'review-opened');
    await page.locator('.comment-range-glyph, .comment-thread').first().click();
    await commentThreads(page).getByText('de-AT').waitFor();
    await openContainer(page, container);
    await expandRow(treeRow(page, 'Runs', title).first());
    await (await webview(page, 'main section')).getByRole('heading', { name: 'Last run', exact: true }).waitFor();
    // The editor opens its own list of comments the first time.
    await runCommand(page, 'View: Hide Panel');
    keepForReadme(await screenshot(page, 'review'), 'review');
  });

  it('is still there after a reload, findings too', async () => {
    const { page } = desk;
    await reloadWindow(page, container);
    await editorTab(page, `Review: ${title}`).waitFor();
    await page.locator('.part.editor').getByText('Bonjour').first().waitFor();
    await page.locator('.comment-range-glyph, .comment-thread, .review-widget').first().waitFor();
    await statusBarItem(page, '1 to sign').waitFor();
    await screenshot(page, 'review-after-reload');
  });

  it('is made anew when changes are requested', async () => {
    const { page } = desk;
    await clickEditorAction(page, 'Request Changes');
    await page
      .locator('.quick-input-widget')
      .getByText('Choose the findings')
      .or(quickPickRows(page, 'de-AT'))
      .first()
      .waitFor();
    await screenshot(page, 'request-changes');
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget input[placeholder^="Anything else"]').waitFor();
    await answerInput(page, '');
    await toast(page, 'waits for your signature').waitFor();
    assert.equal(desk.git('log', '--format=%s').split('\n').length, 1);
  });

  it('lands as one commit when it is approved', async () => {
    const { page } = desk;
    await clickToastButton(page, 'waits for your signature', 'Open Review');
    await runCommand(page, 'Countersign: Open Changes');
    await page.locator('.part.editor').getByText('language.split').first().waitFor();
    await clickEditorAction(page, 'Approve');
    await quickPickRows(page, title).waitFor();
    await screenshot(page, 'approve');
    await page.keyboard.press('Enter');
    await statusBarItem(page, 'Landed').waitFor();
    await screenshot(page, 'landed');
    assert.equal(desk.git('log', '--format=%s').split('\n')[0], title);
    assert.equal(desk.git('log', '--format=%s').split('\n').length, 2);
    assert.equal(desk.git('status', '--porcelain'), '');
    assert.equal(await editorTab(page, 'Review: ').count(), 0);
  });

  it('has its attempts and its price in the side bar', async () => {
    const { page } = desk;
    await openContainer(page, container);
    await expandRow(treeRow(page, 'Runs', title).first());
    await expandRow(treeRow(page, 'Runs', title).nth(1));
    await treeRow(page, 'Runs', 'Attempt 2').waitFor();
    const spend = await webview(page, 'main section');
    await spend.getByRole('heading', { name: 'Last run', exact: true }).waitFor();
    assert.match((await spend.locator('main').textContent()) ?? '', /= \$0\.0\d/);
    await resizeSideBar(page, 400);
    keepForReadme(await screenshot(page.locator('.part.sidebar'), 'sidebar'), 'sidebar');
  });

  it('is taken back with one click', async () => {
    const { page } = desk;
    await clickRowAction(treeRow(page, 'Runs', title).nth(1), 'Roll Back…');
    await statusBarItem(page, 'Rolled back').waitFor();
    await treeRow(page, 'Runs', 'rolled back').first().waitFor();
    await screenshot(page, 'rolled-back');
    assert.equal(desk.git('log', '--format=%s').split('\n').length, 3);
    assert.equal(desk.git('diff', 'HEAD~2'), '');
  });
});
