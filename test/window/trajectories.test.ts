import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { generateRuns } from '../../src/ledger/generate.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import {
  answerSaveDialog,
  clearToasts,
  clickEditorAction,
  editorTab,
  multiDiffFiles,
  openContainer,
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
import { container, type Desk, openDesk, withFinding } from './support.ts';

const title = 'Greet people in their language';
const inPanel = '.run-scroller';

/** One row of the repository's store. */
function stored(desk: Desk, sql: string): Record<string, unknown> {
  const store = new DatabaseSync(join(desk.folder, '.git', 'countersign', 'ledger.sqlite'), { readOnly: true });
  try {
    return store.prepare(sql).get() ?? {};
  } finally {
    store.close();
  }
}

/** A word in the title of the active editor; on a busy machine it comes long after the editor. */
function editorAction(page: Page, word: string): Locator {
  const actions = page.locator('.part.editor .editor-group-container.active .editor-actions .action-label');
  return actions.filter({ hasText: word }).first();
}

const themes = {
  'Dark Modern': 'vscode-dark',
  'Light Modern': 'vscode-light',
  'Dark High Contrast': 'vscode-high-contrast',
  'Light High Contrast': 'vscode-high-contrast-light',
} as const;
type Theme = keyof typeof themes;
const themeNames = Object.keys(themes) as readonly Theme[];

/** Chooses a colour theme and waits until the panel has it. */
async function chooseTheme(page: Page, panel: FrameLocator, theme: Theme): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme');
  await page.locator('.quick-input-widget input').first().fill(theme);
  await pick(page, theme);
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await panel.locator(`body[data-vscode-theme-kind="${themes[theme]}"]`).waitFor();
}

const markup =
  '![x](https://tracker.example/a.png) <img src="https://tracker.example/b.png" onerror="alert(1)"> [x](command:workbench.action.quit)';

/** Makes the Builder's reply begin with what a page must not take for its own. */
function withMarkup(folder: string): void {
  const file = join(folder, '.countersign', 'recorded.yaml');
  const recorded = readFileSync(file, 'utf8');
  const beginning = '`greet` takes a language';
  if (!recorded.includes(beginning)) throw new Error('The reply of the Builder begins otherwise now.');
  writeFileSync(file, recorded.replaceAll(beginning, `${markup} ${beginning}`));
}

describe('The Trajectories panel', () => {
  let desk: Desk;
  let panel: FrameLocator;
  before(async () => {
    const prepare = (folder: string) => {
      withFinding(folder);
      withMarkup(folder);
    };
    // The editor's own dialog for files, which a test can fill in.
    const settings = { 'files.simpleDialog.enable': true };
    desk = await openDesk({ prepare, settings, size: { width: 1280, height: 900 } });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('says what to do while there is no history', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Open Trajectories');
    await editorTab(page, 'Trajectories').waitFor();
    panel = await webview(page, inPanel);
    await panel.getByText('No calls kept yet.').waitFor();
    await panel.getByRole('button', { name: 'Run phase' }).waitFor();
    await screenshot(page, 'trajectories-empty');
  });

  it('shows a run from its first step to its last, as it happens', async () => {
    const { page } = desk;
    await panel.getByRole('button', { name: 'Run phase' }).click();
    await pick(page, title);
    await panel.getByRole('option', { name: title }).waitFor();
    await statusBarItem(page, '1 to sign').waitFor();
    await clearToasts(page);
    await panel.getByRole('heading', { name: title }).waitFor();
    await panel.getByRole('row', { name: /^Builder · / }).waitFor();
    await panel.getByRole('row', { name: /^Audit · correctness/ }).waitFor();
    await panel
      .getByRole('row', { name: /^Check · .*exit 0/ })
      .first()
      .waitFor();
    await panel.locator('.title-row .tag').getByText('Waits for your signature').waitFor();
  });

  it('has the same numbers as the store', async () => {
    const spend = stored(desk, 'SELECT sum(input) AS input, sum(output) AS output, sum(micros) AS micros FROM calls');
    const calls = stored(desk, 'SELECT count(*) AS calls FROM calls');
    const facts = (await panel.locator('.phase-head .facts').textContent()) ?? '';
    assert.match(facts, new RegExp(`\\$${(Number(spend.micros) / 1e6).toFixed(4).replace('.', '\\.')}`));
    await panel.getByRole('tab', { name: 'Steps as table' }).click();
    const cells = await panel
      .locator('table.steps tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')));
    const sum = (column: number) =>
      cells.reduce((total, row) => total + Number((row[column] ?? '').replaceAll(',', '') || 0), 0);
    assert.equal(sum(4), spend.input);
    assert.equal(sum(6), spend.output);
    assert.equal(cells.filter((row) => row[4] !== '').length, calls.calls);
    await panel.getByRole('tab', { name: 'Timeline' }).click();
  });

  it('opens a step with its prompt and reply, as text', async () => {
    const { page } = desk;
    await panel.getByRole('row', { name: /^Builder · / }).click();
    await panel.getByRole('tab', { name: 'Reply' }).waitFor();
    const reply = stored(desk, "SELECT t.body FROM calls c JOIN texts t ON t.hash = c.reply WHERE c.role = 'builder'");
    assert.equal(await panel.locator('#text-panel').textContent(), String(reply.body).slice(1));
    assert.ok(String(reply.body).includes(markup));
    assert.equal(await panel.locator('#text-panel :is(img, a, script, iframe)').count(), 0);
    assert.deepEqual([...desk.refusedHosts], []);
    await panel.getByRole('tab', { name: 'Prompt' }).click();
    await panel.locator('#text-panel').getByText('lang').first().waitFor();
    await panel.getByText('What happened next').waitFor();
    await panel.getByText('Why this model').waitFor();
    await screenshot(page, 'trajectories-step');
  });

  it('goes through the steps by keyboard', async () => {
    const timeline = panel.getByRole('treegrid', { name: 'Timeline' });
    const active = async () => {
      const id = await timeline.getAttribute('aria-activedescendant');
      return (await panel.locator(`#${id}`).getAttribute('aria-label')) ?? '';
    };
    await timeline.focus();
    await timeline.press('Home');
    assert.match(await active(), /^Attempt 1/);
    const rows = await timeline.locator('[data-row]').count();
    await timeline.press('ArrowLeft');
    assert.equal(await timeline.locator('[data-row]').count(), 1);
    await timeline.press('ArrowRight');
    assert.equal(await timeline.locator('[data-row]').count(), rows);
    await timeline.press('ArrowDown');
    assert.doesNotMatch(await active(), /^Attempt|^$/);
    await timeline.press('Enter');
    await panel.locator('.step-detail:focus').waitFor();
    await panel.locator('body').press('/');
    await panel.locator('input[type="search"]:focus').waitFor();
    await panel.locator('input[type="search"]').press('Escape');
    await panel.locator('.run-scroller:focus').waitFor();
    await panel.locator('body').press('t');
    await panel.locator('table.steps').waitFor();
    await panel.locator('body').press('t');
  });

  it('follows a second attempt, and sets the two side by side', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Open Changes');
    await page.locator('.part.editor').getByText('Bonjour').first().waitFor();
    await editorAction(page, 'Request Changes').waitFor();
    await clickEditorAction(page, 'Request Changes');
    await quickPickRows(page, 'de-AT').first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget input[placeholder^="Anything else"]').waitFor();
    await page.keyboard.press('Enter');
    await toast(page, 'waits for your signature').waitFor();
    await clearToasts(page);
    await runCommand(page, 'View: Hide Panel');
    await runCommand(page, 'Countersign: Compare Attempts…');
    panel = await webview(page, '.compare');
    await panel.getByText('Attempts side by side').waitFor();
    await panel.locator('.facts-table').getByText('≠').first().waitFor();
    const findings = panel.locator('.facts-table tr').filter({ hasText: 'Findings' });
    assert.match((await findings.textContent()) ?? '', /0 major, 1 minor.*none/);
    await screenshot(page, 'trajectories-compare');
    await panel.getByRole('button', { name: 'Close comparison' }).click();
    await panel.getByRole('row', { name: /^Attempt 2/ }).waitFor();
  });

  it('opens the change of an attempt in the native diff, with nothing to sign there', async () => {
    const { page } = desk;
    await panel.getByRole('tab', { name: 'Patch' }).click();
    await panel.locator('.diff .plus').first().waitFor();
    await screenshot(page, 'trajectories-patch');
    await panel.getByRole('button', { name: 'Open changes' }).click();
    await editorTab(page, 'Attempt 2').waitFor();
    await multiDiffFiles(page).first().waitFor();
    await page.locator('.part.editor').getByText('Bonjour').first().waitFor();
    const actions = page.locator('.part.editor .editor-group-container.active .editor-actions');
    assert.doesNotMatch((await actions.textContent()) ?? '', /Approve/);
    await screenshot(page, 'trajectories-diff');
    await runCommand(page, 'View: Close Editor');
  });

  it('is one panel, and still there after a reload, where one was', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Open Trajectories');
    assert.equal(await editorTab(page, 'Trajectories').count(), 1);
    await reloadWindow(page, container);
    await editorTab(page, 'Trajectories').waitFor();
    await editorTab(page, 'Trajectories').click();
    panel = await webview(page, inPanel);
    await panel.getByRole('tab', { name: 'Patch', selected: true }).waitFor();
    await panel.locator('.diff .plus').first().waitFor();
    await panel.getByRole('tab', { name: 'Timeline' }).click();
  });

  it('leads from a landed line to the run that wrote it', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Open Changes');
    await page.locator('.part.editor').getByText('Bonjour').first().waitFor();
    await editorAction(page, 'Approve').waitFor();
    await clickEditorAction(page, 'Approve');
    await quickPickRows(page, title).waitFor();
    await page.keyboard.press('Enter');
    await statusBarItem(page, 'Landed').waitFor();
    const files = page.locator('.explorer-folders-view .monaco-list-row');
    if (!(await files.filter({ hasText: 'greeting.ts' }).first().isVisible()))
      await files.filter({ hasText: /^src$/ }).click();
    await files
      .filter({ hasText: /^greeting\.ts/ })
      .first()
      .dblclick();
    await editorTab(page, 'greeting.ts').waitFor();
    const editor = page.locator('.part.editor .monaco-editor:visible').first();
    await editor.locator('.view-line').filter({ hasText: 'Bonjour' }).first().click();
    await runCommand(page, 'Countersign: Show Trajectory for This Line');
    await page.locator('.tab.active').filter({ hasText: 'Trajectories' }).waitFor();
    panel = await webview(page, inPanel);
    await panel.locator('.phase-head').getByText('Landed', { exact: true }).waitFor();
    const { commit_id: commit } = stored(desk, 'SELECT commit_id FROM landings');
    await panel.locator('.phase-head code').getByText(String(commit).slice(0, 7)).waitFor();
  });

  it('draws charts, each with its table', async () => {
    const { page } = desk;
    await page.setViewportSize({ width: 1280, height: 1200 });
    await panel.getByRole('button', { name: 'Charts' }).click();
    await panel.getByRole('img', { name: /over 1 day, by model/ }).waitFor();
    await screenshot(page, 'trajectories-charts');
    await panel.locator('body').press('t');
    const table = panel.getByRole('region', { name: 'Cost per day, by model: table' });
    const { micros } = stored(desk, 'SELECT sum(micros) AS micros FROM calls');
    const total = (Number(micros) / 1e6).toFixed(Number(micros) < 100_000 ? 4 : 2);
    assert.match((await table.textContent()) ?? '', new RegExp(`\\$${total.replace('.', '\\.')}`));
    await panel.locator('body').press('t');
    await panel.getByRole('button', { name: 'Runs', exact: true }).click();
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('narrows the list, and says so when nothing is left', async () => {
    await panel.getByLabel('Search goals and phases').fill('no such goal');
    await panel.getByText('No run matches these filters.').waitFor();
    await panel.getByRole('button', { name: 'Clear filters' }).last().click();
    await panel.getByRole('option', { name: title }).waitFor();
    await panel.getByLabel('State', { exact: true }).selectOption('done');
    await panel.getByText(/^1 run · newest first$/).waitFor();
    await panel.getByRole('button', { name: 'Clear State' }).click();
  });

  it('exports what it shows to a file', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Export Table…');
    await pick(page, 'Steps of the open phase');
    const file = join(desk.folder, 'steps.csv');
    await answerSaveDialog(page, 'countersign-steps.csv', file);
    await statusBarItem(page, /Exported \d+ rows/).waitFor();
    const lines = readFileSync(file, 'utf8').split('\r\n');
    assert.match(lines[0] ?? '', /^attempt,step,subject,started,seconds/);
    assert.equal(lines.filter((line) => /,(Builder|Audit),/.test(line)).length, 4);
  });

  it('loads nothing but its own script and style', async () => {
    const policy = await panel.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    assert.match(policy ?? '', /^default-src 'none'; style-src 'nonce-[^']+'; script-src 'nonce-[^']+';$/);
    assert.deepEqual([...desk.refusedHosts], []);
  });

  it('keeps to its width at 400 pixels, and in every theme', async () => {
    const { page } = desk;
    await openContainer(page, container);
    await runCommand(page, 'View: Close Primary Side Bar');
    for (const theme of themeNames) {
      await chooseTheme(page, panel, theme);
      await screenshot(page, `trajectories-${theme.replaceAll(' ', '-').toLowerCase()}`);
    }
    await chooseTheme(page, panel, 'Dark Modern');
    await page.setViewportSize({ width: 448, height: 900 });
    await panel.locator('.run-scroller').waitFor();
    const [scrolls, width] = await panel.locator('html').evaluate((html) => [html.scrollWidth, html.clientWidth]);
    assert.ok((scrolls ?? 0) <= (width ?? 0), `It scrolls sideways: ${scrolls} > ${width}`);
    await screenshot(page, 'trajectories-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('has nothing serious for axe to find', async () => {
    for (const view of ['Charts', 'Runs']) {
      await panel.getByRole('button', { name: view, exact: true }).click();
      assert.deepEqual(await seriousIssues(panel), []);
    }
  }).timeout(180_000);
});

describe('The Trajectories panel of a long history', () => {
  const runs = 420;
  let desk: Desk;
  let panel: FrameLocator;
  before(async function () {
    this.timeout(300_000);
    desk = await openDesk({ size: { width: 1280, height: 900 } });
    const ledger = openLedger(join(desk.folder, '.git', 'countersign'));
    try {
      const options = { runs, seed: 11, until: new Date().toISOString(), callsPerRun: 6 };
      for (const run of generateRuns(options)) ledger.importRun(run);
    } finally {
      ledger.close();
    }
    await runCommand(desk.page, 'Countersign: Open Trajectories');
    panel = await webview(desk.page, inPanel);
    await panel.getByText(`${runs} runs · newest first`).waitFor();
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('draws only rows that are in sight, and gets to the last one', async () => {
    const list = panel.getByRole('listbox', { name: 'Runs' });
    assert.ok((await list.locator('[role="option"]').count()) < 60);
    await list.focus();
    await list.press('End');
    const last = list.locator(`[aria-posinset="${runs}"][data-run]`);
    await last.waitFor();
    assert.ok((await list.locator('[role="option"]').count()) < 60);
    const { id } = stored(desk, 'SELECT id FROM runs ORDER BY started_ms, sequence LIMIT 1');
    assert.equal(await last.getAttribute('data-run'), id);
    await list.press('Home');
    await list.locator('[aria-posinset="1"][data-run]').waitFor();
  });

  it('counts what passes the filters as the store does', async () => {
    const { runs: failed } = stored(desk, "SELECT count(*) AS runs FROM runs WHERE state = 'failed'");
    await panel.getByLabel('State', { exact: true }).selectOption('failed');
    await panel.getByText(`${failed} of ${runs} runs · newest first`).waitFor();
    await panel.getByRole('button', { name: 'Clear State' }).click();
    await panel.getByText(`${runs} runs · newest first`).waitFor();
  });

  it('shows attempts, models and prices of a run that failed, in every theme', async () => {
    const { page } = desk;
    await panel.getByLabel('State', { exact: true }).selectOption('failed');
    await panel.locator('[data-run]').first().click();
    await panel.getByRole('row', { name: /^Attempt 1/ }).waitFor();
    await page.setViewportSize({ width: 1500, height: 900 });
    for (const theme of themeNames) {
      await chooseTheme(page, panel, theme);
      await screenshot(page, `trajectories-history-${theme.replaceAll(' ', '-').toLowerCase()}`);
      assert.deepEqual(await seriousIssues(panel), [], theme);
    }
    await panel.getByRole('button', { name: 'Clear State' }).click();
  }).timeout(240_000);

  it('draws the charts of all of it, with the sum that the store has', async () => {
    const { page } = desk;
    await chooseTheme(page, panel, 'Dark Modern');
    await panel.getByRole('button', { name: 'Charts' }).click();
    await panel
      .locator('.charts [role="status"]')
      .filter({ hasText: /^420 runs/ })
      .waitFor();
    const { micros } = stored(desk, 'SELECT sum(micros) AS micros FROM run_spend');
    const status = (await panel.locator('.charts [role="status"]').textContent()) ?? '';
    assert.ok(status.includes(`$${(Number(micros) / 1e6).toFixed(2)}`), status);
    assert.equal(await panel.locator('.canvas').count(), await panel.locator('.chart:has(.canvas)').count());
    assert.ok((await panel.locator('.canvas canvas').count()) >= 5);
    await page.setViewportSize({ width: 1500, height: 1250 });
    await screenshot(page, 'trajectories-history-charts');
  });

  it('keeps the charts up to date while they are shown', async () => {
    const ledger = openLedger(join(desk.folder, '.git', 'countersign'));
    try {
      for (const run of generateRuns({ runs: 1, seed: 12, until: new Date().toISOString() })) ledger.importRun(run);
    } finally {
      ledger.close();
    }
    const status = panel.locator('.charts [role="status"]');
    await status.filter({ hasText: new RegExp(`^${runs + 1} runs`) }).waitFor({ timeout: 90_000 });
    const { micros } = stored(desk, 'SELECT sum(micros) AS micros FROM run_spend');
    const words = (await status.textContent()) ?? '';
    assert.ok(words.includes(`$${(Number(micros) / 1e6).toFixed(2)}`), words);
  });
});
