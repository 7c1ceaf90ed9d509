import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import {
  clearToasts,
  clickToastButton,
  codeLens,
  commentThreads,
  editorTab,
  multiDiffFiles,
  pick,
  pictureFailures,
  quickPickRows,
  reloadWindow,
  runCommand,
  screenshot,
  statusBarItem,
  toast,
  webview,
} from '../editor/window.ts';
import { seriousIssues } from './axe.ts';
import { addPhase, container, type Desk, openDesk, withFinding } from './support.ts';

const title = 'Greet people in their language';

/** The recorded reviewer answers for a part of the change as well. */
function prepare(folder: string): void {
  withFinding(folder);
  const file = join(folder, '.countersign', 'recorded.yaml');
  const recorded = readFileSync(file, 'utf8');
  const both = "      - 'test/service.test.ts'\n      - 'No greeting in'\n";
  if (!recorded.includes(both)) throw new Error('The review of the example asks for something else now.');
  writeFileSync(file, recorded.replace(both, "      - 'No greeting in'\n"));
}

describe('A change reviewed hunk by hunk', () => {
  let desk: Desk;
  let summary: FrameLocator;
  before(async () => {
    desk = await openDesk({ prepare, size: { width: 1280, height: 900 } });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('begins with a summary: verdict, evidence, findings, risk, checks, files and cost', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Run Phase…');
    await pick(page, title);
    await clickToastButton(page, 'waits for your signature', 'Open Review');
    summary = await webview(page, 'section.verdict h2');
    await summary.getByRole('heading', { name: /^Ready/ }).waitFor();
    for (const name of ['Evidence', 'Findings', 'Risk', 'Checks', 'Files', 'Cost'])
      await summary.getByRole('heading', { name: new RegExp(`^${name}`) }).waitFor();
    assert.equal(await summary.locator('tbody tr').count(), 2);
    await summary.getByText('exit 0').first().waitFor();
    await summary.getByText('de-AT').first().waitFor();
    await screenshot(page, 'review-summary');
    assert.deepEqual(await seriousIssues(summary), []);
  });

  it('fits a window of 400 pixels', async () => {
    const { page } = desk;
    await page.setViewportSize({ width: 400, height: 900 });
    await page.waitForTimeout(500);
    await screenshot(page, 'review-summary-400');
    const wide = await summary.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth);
    assert.ok(wide <= 0, `${wide} px too wide`);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('has a lens at each hunk, and goes on when one is decided by the keyboard', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Open Changes');
    await multiDiffFiles(page).first().waitFor();
    await codeLens(page, /Hunk 1 of 4/).waitFor();
    await runCommand(page, 'View: Hide Panel');
    await page.keyboard.press('Alt+F5');
    await screenshot(page, 'hunks-open');
    await pressInOrder('Control+k', 'n');
    await statusBarItem(page, 'Hunk 1 of 4 rejected').waitFor();
    await statusBarItem(page, 'Ln 2, Col 1').waitFor();
    await pressInOrder('Control+k', 'y');
    await codeLens(page, /Hunk 2 of 4 · Accepted/).waitFor();
    await statusBarItem(page, 'Ln 10, Col 1').waitFor();
    await screenshot(page, 'hunk-accepted');
  });

  it('keeps what was decided over a reload', async () => {
    const { page } = desk;
    await reloadWindow(page, container);
    await editorTab(page, `Review: ${title}`).waitFor();
    await codeLens(page, /Hunk 1 of 4 · Rejected/).waitFor();
    await screenshot(page, 'hunks-after-reload');
  });

  it('leaves the change as it was when what was chosen of it does not pass', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Check Again');
    await toast(page, 'The change waits as it was proposed').waitFor();
    await clearToasts(page);
    await lensOf(/Hunk 1 of 4/, 'Clear').click();
    await codeLens(page, /Hunk 1 of 4 · Rejected/).waitFor({ state: 'detached' });
  });

  it('leads from a finding to the lines that it quotes, and keeps it as a phase for later', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Go to Evidence');
    await pick(page, 'de-AT');
    await statusBarItem(page, /Ln 14, Col \d+ \(\d+ selected\)/).waitFor();
    await runCommand(page, 'View: Close Editor');
    await runCommand(page, 'Countersign: Keep as Issue');
    await pick(page, 'de-AT');
    await page.locator('.part.editor .view-line').filter({ hasText: 'title: "Mend: A language' }).waitFor();
    await screenshot(page, 'finding-as-phase');
    await runCommand(page, 'View: Revert and Close Editor');
  });

  it('keeps a dismissed finding dismissed', async () => {
    const { page } = desk;
    await page.locator('.comment-range-glyph, .comment-thread').first().waitFor();
    await runCommand(page, 'Countersign: Dismiss Finding…');
    await pick(page, 'de-AT');
    await pick(page, 'Not worth it');
    await statusBarItem(page, 'Finding dismissed').waitFor();
    assert.equal(await commentThreads(page).count(), 0);
  });

  it('tells where a hunk came from below the pointer', async () => {
    const { page } = desk;
    await page.locator('.editor.modified .view-line').filter({ hasText: 'const words' }).hover();
    const hover = page.locator('.monaco-hover').filter({ hasText: 'Attempt 1' });
    await hover.getByText('Hunk 1 of').waitFor();
    await screenshot(page, 'hunk-hover');
    await page.mouse.move(10, 10);
  });

  it('takes an edit as a part of its hunk, and a hunk that is left out', async () => {
    const { page } = desk;
    await runCommand(page, 'View: Hide Panel');
    await page.locator('.editor.modified .view-line').filter({ hasText: 'const words' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type(' // By hand.');
    await codeLens(page, /Hunk 1 of 4 · Edited by you/).waitFor();
    await screenshot(page, 'hunk-edited');
    // The editor opens a tab for a file that stays unsaved without one; what is typed here is saved before that.
    await page.waitForTimeout(1500);
    assert.equal(await editorTab(page, 'greeting.ts').count(), 0);
    await page.keyboard.press('Escape');
    for (const line of [2, 10, 12]) {
      await runCommand(page, 'Countersign: Go to Next Hunk');
      await statusBarItem(page, `Ln ${line}, Col 1`).waitFor();
    }
    await lensOf(/Hunk 4 of 4/, 'Reject').click();
    await codeLens(page, /Hunk 4 of 4 · Rejected/).waitFor();
    await runCommand(page, 'Countersign: Open Review');
    summary = await webview(page, 'section.verdict h2');
    await summary.getByRole('heading', { name: 'Evidence is out of date for 2 criteria' }).waitFor();
    await summary.getByText('No finding is open').waitFor();
    await screenshot(page, 'review-stale');
    assert.deepEqual(await seriousIssues(summary), []);
  });

  it('checks exactly what was chosen, and lands that', async () => {
    const { page } = desk;
    await summary.getByRole('button', { name: 'Check again' }).press('Enter');
    await statusBarItem(page, 'Checked again').waitFor();
    await multiDiffFiles(page).first().waitFor();
    await screenshot(page, 'checked-again');
    await pressInOrder('Control+k', 'Control+Enter');
    await quickPickRows(page, title).waitFor();
    await page.keyboard.press('Enter');
    await statusBarItem(page, 'Landed').waitFor();
    assert.deepEqual(desk.git('show', '--format=', '--name-only', 'HEAD').split('\n'), [
      'src/greeting.ts',
      'src/service.ts',
    ]);
    assert.match(desk.git('show', 'HEAD:src/greeting.ts'), /const words = .* \/\/ By hand\.$/m);
    assert.equal(desk.git('status', '--porcelain'), '');
  });

  it('offers to take the landing back', async () => {
    const { page } = desk;
    await editorTab(page, 'Review Summary').click();
    summary = await webview(page, 'section.verdict h2');
    await summary.getByRole('button', { name: 'Roll back' }).waitFor();
    await screenshot(page, 'review-landed');
  });

  /** One of the lenses of a hunk. */
  function lensOf(hunk: RegExp, action: string) {
    const lenses = desk.page.locator('.part.editor .codelens-decoration').filter({ hasText: hunk });
    return lenses.locator('a').filter({ hasText: action });
  }

  async function pressInOrder(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await desk.page.keyboard.press(key);
  }
});

/** A phase whose change has 60 hunks in a file of 3,000 lines. */
function prepareLong(folder: string): void {
  const lines = Array.from({ length: 3000 }, (_, index) => `export const row${index} = ${index};`);
  const before = `${lines.join('\n')}\n`;
  const after = `${lines.map((line, index) => (index % 50 === 25 ? `${line} // checked` : line)).join('\n')}\n`;
  addPhase(folder, { id: 'long-table', title: 'Check the table', files: { 'src/table.ts': { before, after } } });
}

describe('A long change, in high contrast', () => {
  let desk: Desk;
  before(async () => {
    const settings = { 'workbench.colorTheme': 'Default High Contrast' };
    desk = await openDesk({ prepare: prepareLong, size: { width: 1280, height: 900 }, settings });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('has its 60 hunks, and all of a file are decided at once', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Run Phase…');
    await pick(page, 'Check the table');
    await clickToastButton(page, 'waits for your signature', 'Open Review');
    const summary = await webview(page, 'section.verdict h2');
    await summary.getByRole('button', { name: 'Approve 60 hunks' }).waitFor();
    assert.deepEqual(await seriousIssues(summary), []);
    await screenshot(page, 'review-summary-high-contrast');
    await runCommand(page, 'Countersign: Open Changes');
    await codeLens(page, 'Hunk 1 of 60').waitFor();
    await page.keyboard.press('Alt+F5');
    await runCommand(page, 'Countersign: Accept All Hunks in File');
    await codeLens(page, 'Hunk 1 of 60 · Accepted').waitFor();
    await screenshot(page, 'hunks-high-contrast');
  });
});
