import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  codeLens,
  expandRow,
  pick,
  pictureFailures,
  runCommand,
  screenshot,
  statusBarItem,
  testRow,
} from '../editor/window.ts';
import { type Desk, openDesk, openFile } from './support.ts';

const phase = 'Greet people in their language';
const spec = '.countersign/phases/greet-in-language.yaml';
const show = 'Testing: Focus on Test Explorer View';

describe('The Testing view', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk({ size: { width: 1280, height: 800 } });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  const gutter = (kind: string) => desk.page.locator(`.part.editor .testing-run-glyph[class*="${kind}"]`);

  it('has the phases of every spec, with their checks below them and beside their lines', async () => {
    const { page } = desk;
    await openFile(page, spec);
    await codeLens(page, 'Run phase').waitFor();
    await runCommand(page, show);
    await expandRow(testRow(page, phase));
    await testRow(page, 'npm test').first().waitFor();
    await testRow(page, 'Serve greeting cards').waitFor();
    await gutter('testing-run-glyph').first().waitFor();
    await screenshot(page, 'testing');
  });

  it('shows how they come out while a phase runs', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Run Phase…');
    await pick(page, phase);
    await statusBarItem(page, '1 to sign').waitFor();
    await row(/^npm test \(Passed\)/)
      .first()
      .waitFor();
    await screenshot(page, 'testing-passed');
  });

  it('keeps past runs with their checks', async () => {
    const { page } = desk;
    await expandRow(testRow(page, 'Past runs'));
    for (const opened of [1, 2]) await expandRow(testRow(page, phase).nth(opened));
    await row(/^npm test \(Passed\)/)
      .nth(1)
      .waitFor();
    await screenshot(page, 'testing-past');
  });

  it('runs the checks of a phase on the last commit, and puts what fails among the Problems', async () => {
    const { page } = desk;
    const broken = [
      "import assert from 'node:assert/strict';",
      "import { it } from 'node:test';",
      "it('says one', () => {",
      "  assert.equal('two', 'one');",
      '});',
    ];
    writeFileSync(join(desk.folder, 'test', 'broken.test.ts'), `${broken.join('\n')}\n`);
    desk.git('add', '--all');
    desk.git('commit', '--quiet', '--message', 'Break a test');
    const head = desk.git('rev-parse', 'HEAD');
    await runCommand(page, show);
    await testRow(page, 'npm test').first().hover();
    await testRow(page, 'npm test').first().locator('.action-label[aria-label^="Run Test"]').click();
    await row(/^npm test \(Failed\)/)
      .first()
      .waitFor();
    await runCommand(page, 'Problems: Focus on Problems View');
    await page.locator('.markers-panel').getByText('broken.test.ts').first().waitFor();
    await screenshot(page, 'testing-failed');
    assert.equal(desk.git('rev-parse', 'HEAD'), head);
    assert.equal(desk.git('status', '--porcelain'), '');
  });

  /** A row by what a screen reader is told of it. */
  function row(label: RegExp) {
    return desk.page.locator('.test-explorer').getByRole('treeitem', { name: label });
  }
});

describe('The Testing view of an untrusted folder', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk({ untrusted: true });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('has the checks to read, and nothing that runs them', async () => {
    const { page } = desk;
    await openFile(page, spec);
    await runCommand(page, show);
    await testRow(page, phase).waitFor();
    await testRow(page, phase).hover();
    await screenshot(page, 'testing-untrusted');
    assert.equal(await testRow(page, phase).locator('.action-label[aria-label^="Run Test"]').count(), 0);
  });
});
