import {
  clickRowAction,
  codeLens,
  containerBadge,
  editorTab,
  expandRow,
  openContainer,
  pick,
  pictureFailures,
  runCommand,
  screenshot,
  statusBarItem,
  treeRow,
  view,
  webview,
} from '../editor/window.ts';
import { container, type Desk, openDesk, withFinding } from './support.ts';

const title = 'Greet people in their language';

describe('The Review view', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk({ prepare: withFinding, size: { width: 1280, height: 900 } });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  const row = (text: string | RegExp) => treeRow(desk.page, 'Review', text);

  it('is there once a change waits, with how many wait on the activity bar', async () => {
    const { page } = desk;
    await openContainer(page, container);
    await view(page, 'Runs').getByText('No runs yet').waitFor();
    await view(page, 'Review').waitFor({ state: 'detached' });
    await runCommand(page, 'Countersign: Run Phase…');
    await pick(page, title);
    await statusBarItem(page, '1 to sign').waitFor();
    await containerBadge(page, container).getByText('1').waitFor();
    await row(title).waitFor();
    await row('greeting.ts').first().waitFor();
    await page.waitForTimeout(500);
    await screenshot(page, 'review-tree');
  });

  it('unfolds to hunks and findings', async () => {
    const { page } = desk;
    await expandRow(row('greeting.ts').first());
    await row(/^Hunk 1 of 4/).waitFor();
    await row(/de-AT/).waitFor();
    await row(/^Hunk 1 of 4/).hover();
    await screenshot(page, 'review-tree-hunks');
    await clickRowAction(row(/^Hunk 1 of 4/), 'Accept Hunk');
    await row(/^Hunk 1 of 4.*Accepted/).waitFor();
  });

  it('opens a change, a hunk, the summary', async () => {
    const { page } = desk;
    await row(title).click();
    await editorTab(page, `Review: ${title}`).waitFor();
    await codeLens(page, /Hunk 1 of 4 · Accepted/).waitFor();
    await expandRow(row('service.ts').first());
    await row(/^Hunk 2 of 4/).click();
    await editorTab(page, 'service.ts').waitFor();
    await screenshot(page, 'review-tree-open');
    await clickRowAction(row(title), 'Open Review');
    await webview(page, 'section.verdict h2');
    await screenshot(page, 'review-tree-summary');
  });
});
