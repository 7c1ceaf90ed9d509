import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { screenshotsFolder } from './paths.ts';

/**
 * What a person does in VS Code's window, on its DOM. Locators are given back lazily; functions that act wait until
 * what they act on is there, and reject when it does not come within Playwright's time limit.
 */

/** Waits for a window in which the extension that owns the activity-bar container `container` is at home. */
export async function whenReady(page: Page, container: string): Promise<void> {
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 120_000 });
  await containerIcon(page, container).waitFor({ timeout: 120_000 });
}

/** Reloads the window as a user does and waits until it is ready again. */
export async function reloadWindow(page: Page, container: string): Promise<void> {
  const loaded = page.waitForEvent('domcontentloaded');
  await runCommand(page, 'Developer: Reload Window');
  await loaded;
  await whenReady(page, container);
}

/** Trusts the open folder, in a window that was opened untrusted; its extensions start anew. */
export async function trustFolder(page: Page): Promise<void> {
  await runCommand(page, 'Workspaces: Manage Workspace Trust');
  await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).first().click();
  await statusBarItem(page, 'Restricted Mode').waitFor({ state: 'hidden' });
}

/** Writes `test/.artifacts/screenshots/NAME.png`, of the window or of one part, and gives the path. */
export async function screenshot(target: Page | Locator, name: string): Promise<string> {
  const path = join(screenshotsFolder, `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  await target.screenshot({ path });
  return path;
}

/** In a `describe`: when a test fails, keeps a picture of the window, named after the test. */
export function pictureFailures(page: () => Page | undefined): void {
  afterEach(async function () {
    const window = page();
    if (this.currentTest?.state !== 'failed' || !window) return;
    const name = this.currentTest.fullTitle().replace(/[^\w]+/g, '-');
    await screenshot(window, `failed-${name}`);
  });
}

// Palette, quick picks and input boxes

const quickInput = (page: Page) => page.locator('.quick-input-widget');

export function quickPickRows(page: Page, text?: string | RegExp): Locator {
  const rows = quickInput(page).locator('.quick-input-list .monaco-list-row');
  return text === undefined ? rows : rows.filter({ hasText: text });
}

const palette = (page: Page) => quickInput(page).getByPlaceholder('Type the name of a command to run.');

/** Opens the palette with `text` typed in. A widget that is still closing takes neither keys nor text, hence the tries. */
export async function openPalette(page: Page, text = ''): Promise<void> {
  for (let triesLeft = 5; ; triesLeft -= 1) {
    await page.keyboard.press('F1');
    try {
      return await palette(page).fill(`>${text}`, { timeout: 3000 });
    } catch (error) {
      if (triesLeft === 0) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** Does something to a command's row. An open palette does not notice what an extension brings later, hence the tries. */
async function inPalette(page: Page, title: string, act: (row: Locator) => Promise<void>): Promise<void> {
  for (let triesLeft = 10; ; triesLeft -= 1) {
    await openPalette(page, title);
    try {
      return await act(quickPickRows(page, title).first());
    } catch (error) {
      if (triesLeft === 0) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** Leaves the palette open on a command, by its whole title. */
export function findCommand(page: Page, title: string): Promise<void> {
  return inPalette(page, title, (row) => row.waitFor({ timeout: 4000 }));
}

/**
 * Runs a command by its whole title, such as `Countersign: Run Phase…`, and waits until the palette is gone; what the
 * command itself asks may be in its place by then.
 */
export function runCommand(page: Page, title: string): Promise<void> {
  return inPalette(page, title, async (row) => {
    await row.click({ timeout: 4000 });
    await palette(page).waitFor({ state: 'hidden' });
  });
}

/** Takes the first row that holds `text`, in a quick pick that is open or about to be. */
export async function pick(page: Page, text: string | RegExp): Promise<void> {
  await quickPickRows(page, text).first().click();
}

/** Types into the input box that is open or about to be, and confirms. */
export async function answerInput(page: Page, text: string): Promise<void> {
  const input = quickInput(page).locator('input').first();
  await input.waitFor({ state: 'visible' });
  await input.fill(text);
  await input.press('Enter');
}

/**
 * Names a file in VS Code's own save dialog, which is open or about to be, and confirms. The dialog writes the name it
 * offers a moment after it is up: what is typed before that is lost.
 */
export async function answerSaveDialog(page: Page, offeredName: string, path: string): Promise<void> {
  const input = quickInput(page).locator('input').first();
  await input.waitFor({ state: 'visible' });
  const value = "document.querySelector('.quick-input-widget input')?.value";
  await page.waitForFunction(`${value}?.endsWith(${JSON.stringify(offeredName)})`);
  await input.fill(path);
  await input.press('Enter');
}

// Side bar

export function containerIcon(page: Page, container: string): Locator {
  return page.locator('.activitybar .action-item').filter({ has: page.locator(`[aria-label^="${container}"]`) });
}

/** The number on a container's icon. */
export function containerBadge(page: Page, container: string): Locator {
  return containerIcon(page, container).locator('.badge-content');
}

/** Opens a container from the activity bar, unless it is open. */
export async function openContainer(page: Page, container: string): Promise<void> {
  const icon = containerIcon(page, container);
  await icon.waitFor();
  if (!(await icon.getAttribute('class'))?.split(' ').includes('checked')) await icon.click();
  await page.locator('.part.sidebar .composite.viewlet').waitFor();
}

/** Drags the edge of the side bar until it is so many pixels wide. */
export async function resizeSideBar(page: Page, width: number): Promise<void> {
  const box = await page.locator('.part.sidebar').boundingBox();
  if (!box) throw new Error('The side bar is closed.');
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width + 1, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + width, middle, { steps: 5 });
  await page.mouse.up();
}

/** One view of the open container, header and body. */
export function view(page: Page, title: string): Locator {
  return page.locator('.part.sidebar .pane').filter({ has: page.locator(`.pane-header[aria-label^="${title}"]`) });
}

/** Clicks an icon in a view's title. */
export async function clickViewAction(page: Page, title: string, action: string): Promise<void> {
  await view(page, title).hover();
  await view(page, title).locator(`.pane-header .action-label[aria-label="${action}"]`).click();
}

export function treeRow(page: Page, viewTitle: string, text: string | RegExp): Locator {
  return view(page, viewTitle).locator('.monaco-list-row').filter({ hasText: text });
}

/** Unfolds a row of a tree, unless it is unfolded. */
export async function expandRow(row: Locator): Promise<void> {
  await row.first().waitFor();
  if ((await row.first().getAttribute('aria-expanded')) === 'false')
    await row.first().locator('.monaco-tl-twistie').click();
}

/** Clicks one of the icons that a row shows under the pointer. */
export async function clickRowAction(row: Locator, action: string): Promise<void> {
  await row.hover();
  // Where the action has a key, the label ends in it.
  await row.locator(`.action-label[aria-label="${action}"], .action-label[aria-label^="${action} ("]`).click();
}

/** A menu that has just opened ignores the mouse for a moment, so that the click which opened it chooses nothing. */
async function takeMenuEntry(page: Page, entry: string): Promise<void> {
  const menu = page.locator('.monaco-menu');
  for (let triesLeft = 5; ; triesLeft -= 1) {
    await menu.getByRole('menuitem', { name: entry }).click();
    try {
      return await menu.waitFor({ state: 'hidden', timeout: 1000 });
    } catch (error) {
      if (triesLeft === 0) throw error;
    }
  }
}

/** Takes an entry of the menu that a right click on `target` opens. */
export async function chooseFromMenu(page: Page, target: Locator, entry: string): Promise<void> {
  await target.click({ button: 'right' });
  await takeMenuEntry(page, entry);
}

// Webviews

/**
 * The document of the webview that holds an element `selector`. Webviews lie side by side above the workbench, not
 * inside their views, so the content is what tells them apart.
 */
export async function webview(page: Page, selector: string, timeoutSeconds = 60): Promise<FrameLocator> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  const shells = page.locator('iframe.webview.ready');
  for (;;) {
    for (let index = 0; index < (await shells.count()); index += 1) {
      const content = shells.nth(index).contentFrame().locator('iframe#active-frame').contentFrame();
      if ((await content.locator(selector).count()) > 0) return content;
    }
    if (Date.now() > deadline) throw new Error(`No webview holds ${selector}.`);
    await page.waitForTimeout(100);
  }
}

// Editors

export function editorTab(page: Page, text: string | RegExp): Locator {
  return page.locator('.part.editor .tabs-container .tab').filter({ hasText: text });
}

/** Clicks an icon or a word in the title of the active editor, or takes it from the overflow menu. */
export async function clickEditorAction(page: Page, action: string): Promise<void> {
  const actions = page.locator('.part.editor .editor-group-container.active .editor-actions');
  const icon = actions
    .locator(`.action-label[aria-label^="${action}"]`)
    .or(actions.locator('.action-label').filter({ hasText: action }));
  const more = actions.locator('.action-label[aria-label^="More Actions"]');
  try {
    // An extension's actions come a moment after the editor.
    await icon.first().waitFor({ timeout: 5000 });
  } catch {
    await more.click();
    return takeMenuEntry(page, action);
  }
  await icon.first().click();
}

export function codeLens(page: Page, text: string | RegExp): Locator {
  return page.locator('.part.editor .codelens-decoration a').filter({ hasText: text });
}

/** The diffs of the open multi-diff editor, one a file that is in sight. */
export function multiDiffFiles(page: Page): Locator {
  return page.locator('.monaco-component.multiDiffEditor .multiDiffEntry');
}

/** Comment threads that are unfolded in the open editors. */
export function commentThreads(page: Page): Locator {
  return page.locator('.part.editor .review-widget');
}

// What asks and tells

export function dialog(page: Page): Locator {
  return page.locator('.monaco-dialog-box');
}

/** Answers the modal dialog that is open or about to be. */
export async function answerDialog(page: Page, button: string): Promise<void> {
  await dialog(page).locator('.monaco-button').filter({ hasText: button }).click();
  await dialog(page).waitFor({ state: 'hidden' });
}

/** Notifications in the corner, progress among them. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.locator('.notification-toast').filter({ hasText: text });
}

export async function clickToastButton(page: Page, text: string | RegExp, button: string): Promise<void> {
  await toast(page, text).locator('.monaco-button').filter({ hasText: button }).click();
}

/** Puts every notification away, for a picture without them. */
export async function clearToasts(page: Page): Promise<void> {
  await runCommand(page, 'Notifications: Clear All Notifications');
  await page.locator('.notification-toast').waitFor({ state: 'hidden' });
}

export function statusBarItem(page: Page, text: string | RegExp): Locator {
  return page.locator('.part.statusbar .statusbar-item').filter({ hasText: text });
}

/** Opens the output panel on one channel and gives the lines in sight. */
export async function openOutput(page: Page, channel: string): Promise<Locator> {
  await runCommand(page, 'Output: Show Output Channels...');
  await pick(page, channel);
  return page.locator('.part.panel .output-view .view-line');
}

/** A row of the Testing view; its label says how the test came out. */
export function testRow(page: Page, text: string | RegExp): Locator {
  return page.locator('.test-explorer .monaco-list-row').filter({ hasText: text });
}
