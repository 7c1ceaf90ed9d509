import assert from 'node:assert/strict';
import {
  clearToasts,
  codeLens,
  findCommand,
  multiDiffFiles,
  pictureFailures,
  quickPickRows,
  screenshot,
  statusBarItem,
  webview,
} from '../editor/window.ts';
import { addPhase, type Desk, openDesk } from './support.ts';

const title = 'Say how many';

/** Two files, one hunk in each. */
function prepare(folder: string): void {
  const before = 'export const first = 1;\n';
  const after = 'export const first = 1;\nexport const second = 2;\n';
  addPhase(folder, {
    id: 'say-how-many',
    title,
    files: { 'src/one.ts': { before, after }, 'src/two.ts': { before, after } },
  });
}

describe('A change of two files, reviewed by the keyboard alone', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk({ prepare, size: { width: 1280, height: 800 } });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  /** Runs a command of the palette without the mouse. */
  async function command(name: string): Promise<void> {
    const { page } = desk;
    await findCommand(page, name);
    await page.keyboard.press('Enter');
  }

  it('is run, read region by region, and left again', async () => {
    const { page } = desk;
    await command('Countersign: Run Phase…');
    await page.locator('.quick-input-widget input[placeholder^="Choose a phase"]').waitFor();
    await page.keyboard.type(title);
    await quickPickRows(page, title).first().waitFor();
    await page.keyboard.press('Enter');
    await statusBarItem(page, '1 to sign').waitFor();
    await clearToasts(page);
    await command('Countersign: Open Review');
    const summary = await webview(page, 'section.verdict h2');
    await summary.getByRole('heading', { name: /^Ready/ }).waitFor();
    const focused = () =>
      summary.locator('main').evaluate((main) => main.ownerDocument.activeElement?.textContent ?? '');
    await page.keyboard.press('F6');
    assert.equal(await focused(), 'Approve 2 hunks');
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Request changes…');
    await page.keyboard.press('F6');
    assert.notEqual(await focused(), 'Request changes…');
    await screenshot(page, 'keyboard-regions');
    await page.keyboard.press('Shift+F6');
    assert.equal(await focused(), 'Request changes…', 'A region is entered where it was left.');
  });

  it('is decided hunk by hunk across its files, and signed', async () => {
    const { page } = desk;
    await command('Countersign: Open Changes');
    await multiDiffFiles(page).first().waitFor();
    await codeLens(page, /Hunk 1 of 2/).waitFor();
    // To the next hunk from where the cursor is; from the last one it goes on at the first.
    await page.keyboard.press('Alt+F5');
    for (const decided of [1, 2]) {
      await page.keyboard.press('Control+k');
      await page.keyboard.press('y');
      await codeLens(page, /Hunk \d of 2 · Accepted/)
        .nth(decided - 1)
        .waitFor();
    }
    await screenshot(page, 'keyboard-decided');
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Control+Enter');
    await page.locator('.quick-input-widget input[placeholder^="Enter signs"]').waitFor();
    await page.keyboard.press('Enter');
    await statusBarItem(page, 'Landed').waitFor();
    assert.deepEqual(desk.git('show', '--format=', '--name-only', 'HEAD').split('\n'), ['src/one.ts', 'src/two.ts']);
    assert.equal(desk.git('status', '--porcelain'), '');
  });
});
