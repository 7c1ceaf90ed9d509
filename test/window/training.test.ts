import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import {
  answerSaveDialog,
  clearToasts,
  editorTab,
  pick,
  pictureFailures,
  quickPickRows,
  reloadWindow,
  runCommand,
  screenshot,
  statusBarItem,
  webview,
} from '../editor/window.ts';
import { keepTrainingHistory } from '../support/training-history.ts';
import { seriousIssues } from './axe.ts';
import { container, type Desk, openDesk } from './support.ts';

const specs = 12;
const runsEach = 12;
const models = ['recorded/builder', 'recorded/builder-tuned'];
const inPanel = 'header.head h1';

const themes = {
  'Dark Modern': 'vscode-dark',
  'Light Modern': 'vscode-light',
  'Dark High Contrast': 'vscode-high-contrast',
  'Light High Contrast': 'vscode-high-contrast-light',
} as const;
type Theme = keyof typeof themes;

/** Tells steps at once up to a point, and goes on from there when a file is put beside it. */
const trainer = `
import fs from 'node:fs';
import { setTimeout } from 'node:timers/promises';
const say = (value) => console.log(JSON.stringify(value));
const step = (number) => {
  const loss = 1.9 * Math.exp(-number / 90) + 0.4 + 0.05 * Math.sin(number);
  const validationLoss = number % 25 === 0 ? 1.5 * Math.exp(-number / 90) + 0.95 : undefined;
  say({ step: number, steps: 300, loss, ...(validationLoss ? { validationLoss } : {}) });
};
for (let number = 1; number <= 200; number++) step(number);
while (!fs.existsSync(process.argv[2])) await setTimeout(100);
for (let number = 201; number <= 300; number++) step(number);
fs.writeFileSync(process.env.COUNTERSIGN_OUTPUT + '/result.json', JSON.stringify({ model: 'builder-tuned' }));
`;

/** A back end that trains by a program of the folder's own. */
function withBackEnd(folder: string): void {
  const file = join(folder, 'trainer.mjs');
  writeFileSync(file, trainer);
  const config = join(folder, '.countersign', 'config.yaml');
  const backend = {
    provider: 'recorded',
    command: [process.execPath, file, join(folder, 'go-on')],
    baseModel: 'reed-14b',
    usdPerMillionTokens: 0,
  };
  const text = `training:\n  backends:\n    own: ${JSON.stringify(backend)}\n`;
  writeFileSync(config, `${readFileSync(config, 'utf8').trimEnd()}\n${text}`);
}

async function chooseTheme(page: Page, panel: FrameLocator, theme: Theme): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme');
  await page.locator('.quick-input-widget input').first().fill(theme);
  await pick(page, theme);
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await panel.locator(`body[data-vscode-theme-kind="${themes[theme]}"]`).waitFor();
}

describe('The Training panel', () => {
  let desk: Desk;
  let panel: FrameLocator;
  before(async () => {
    const settings = { 'files.simpleDialog.enable': true };
    desk = await openDesk({ prepare: withBackEnd, settings, size: { width: 1280, height: 1100 } });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  const textOf = async (selector: string) => (await panel.locator(selector).innerText()).replace(/\s+/g, ' ');

  it('says what to do while nothing was kept', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Open Training');
    await editorTab(page, 'Training').waitFor();
    panel = await webview(page, inPanel);
    await panel.getByText('0 of 100 trajectories. Landed phases add to it by themselves.').waitFor();
    await panel.getByRole('button', { name: 'Open example' }).waitFor();
    await panel.getByRole('meter', { name: 'Trajectories' }).waitFor();
    await panel.getByText('No version yet.').waitFor();
    await screenshot(page, 'training-empty');
  });

  it('shows what came to be kept, with its counts, and what would be left out', async () => {
    const { page } = desk;
    const until = new Date(Date.now() - 60_000).toISOString();
    const state = join(desk.folder, '.git', 'countersign');
    keepTrainingHistory(state, { specs, runsEach, seed: 5, until, models });
    await panel.locator('.readiness').getByText('144', { exact: true }).waitFor({ timeout: 120_000 });
    await panel.locator('.head .tag').getByText('Ready to train').waitFor();
    assert.match(await textOf('.readiness'), /Trajectories 144 of 100 .*Groups of 4 or more 12 of 10/);
    const exported = await textOf('.cards .card:last-child');
    const [, kept, unproven, rows] =
      /Kept (\d+) .*Outcome not proven −(\d+) why Rows (\d+) \d+ pairs/.exec(exported) ?? [];
    assert.equal(Number(kept) - Number(unproven), Number(rows), exported);
    assert.equal(kept, '144');
    await panel.getByRole('button', { name: 'Why: Outcome not proven' }).click();
    await panel.getByText(`${unproven} × it did not land`).waitFor();
    await panel.getByText(/^recorded answered \d+ calls in 24 h, usually in 4\.0 s$/).waitFor();
    await screenshot(page, 'training-stock');
  });

  it('has a table behind each chart', async () => {
    await panel.locator('body').press('t');
    const table = panel.getByRole('region', { name: 'Attempts at one phase spec' });
    await table.getByRole('row', { name: '8 and more 12' }).waitFor();
    const kept = await panel.getByRole('region', { name: 'Kept in the last 24 hours' }).locator('td').allInnerTexts();
    assert.equal(kept.length, 24);
    assert.equal(kept.reduce((sum, text) => sum + Number(text), 0) > 100, true, kept.join(' '));
    await screenshot(desk.page, 'training-tables');
    await panel.locator('body').press('t');
    await panel.getByRole('img', { name: /^Scores of 144 replies/ }).waitFor();
  });

  it('prepares a dataset where the user wants it, and opens its card', async () => {
    const { page } = desk;
    await panel.getByRole('button', { name: 'Prepare data…' }).click();
    await quickPickRows(page, 'trl-sft').waitFor();
    await page.keyboard.press('Enter');
    const folder = join(desk.folder, 'my-dataset');
    await answerSaveDialog(page, 'countersign-dataset', folder);
    await statusBarItem(page, /Prepared \d+ trajectories/).waitFor();
    await editorTab(page, 'README.md').waitFor();
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    assert.equal(manifest.trajectories, 144);
    assert.ok(existsSync(join(folder, 'trl-dpo.train.jsonl')));
    await runCommand(page, 'View: Close Editor');
  });

  it('asks before it trains, and shows the job as it goes', async () => {
    const { page } = desk;
    panel = await webview(page, inPanel);
    await panel.getByRole('button', { name: 'Train now…' }).click();
    const offer = quickPickRows(page, /Train.*rows, .*tokens, no cost/s);
    await offer.waitFor();
    await screenshot(page, 'training-offer');
    await page.keyboard.press('Enter');
    await panel.getByRole('heading', { name: 'Job 1' }).waitFor();
    await panel.getByText(/^step 200 of 300, 66 %/).waitFor();
    await panel
      .getByRole('img', { name: /^Loss by step\. Training 0\.\d\d, validation 1\.\d\d at step 200 of 300\.$/ })
      .waitFor();
    await panel.getByText(/^Validation loss is 0\.\d\d above training loss\. The limit is 0\.30\./).waitFor();
    await panel.getByRole('row', { name: /next In training reed-14b job 1/ }).waitFor();
    await clearToasts(page);
    await screenshot(page, 'training-live');
  });

  it('pauses the job, goes on with it, and makes a version of what it trained', async () => {
    await panel.getByRole('button', { name: 'Pause' }).click();
    await panel.locator('.job .tag').getByText('Paused').waitFor();
    await panel.getByRole('button', { name: 'Resume' }).click();
    await panel.locator('.job .tag').getByText('Training').waitFor();
    writeFileSync(join(desk.folder, 'go-on'), '');
    await panel.locator('.job .tag').getByText('Trained').waitFor();
    await panel.getByRole('heading', { name: 'Job 1 · v1.0.0' }).waitFor();
    const row = panel.getByRole('row', { name: /v1\.0\.0/ });
    await row.getByText('Not deployed').waitFor();
    assert.match(await row.innerText(), /\d+ of 72 · \d+ %/);
    await statusBarItem(desk.page, 'Trained builder-tuned').waitFor();
  });

  it('deploys a version, holds it against what it replaces, and takes it back', async () => {
    const { page } = desk;
    await panel
      .getByRole('row', { name: /v1\.0\.0/ })
      .getByRole('button', { name: 'Deploy…' })
      .click();
    await quickPickRows(page, 'Gradually').waitFor();
    await page.keyboard.press('Enter');
    await panel.getByRole('row', { name: /v1\.0\.0 Gradual, 10 %/ }).waitFor();
    await panel.getByRole('row', { name: /builder Baseline, 90 %/ }).waitFor();
    await panel.getByRole('heading', { name: 'v1.0.0 against builder' }).waitFor();
    await panel.getByRole('img', { name: /Success: .* points .*, (passes|fails|undecided)\./ }).waitFor();
    await panel.getByRole('button', { name: 'v1.0.0', exact: true }).click();
    await panel.getByText(/^dataset [0-9a-f]{8}, 10 % held out$/).waitFor();
    await clearToasts(page);
    await screenshot(page, 'training-compared');
    await panel.getByRole('button', { name: 'Roll back' }).click();
    await panel.getByRole('row', { name: /v1\.0\.0 Rolled back/ }).waitFor();
    await statusBarItem(page, 'v1.0.0 was taken back').waitFor();
  });

  it('is one panel, and still there after a reload, where one was', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Open Training');
    assert.equal(await editorTab(page, 'Training').count(), 1);
    await reloadWindow(page, container);
    await editorTab(page, 'Training').click();
    panel = await webview(page, inPanel);
    await panel.locator('.head .tag').getByText('Not ready, 24 h left').waitFor();
    await runCommand(page, 'View: Close Primary Side Bar');
    await panel.getByText(/^dataset [0-9a-f]{8}/).waitFor();
  });

  it('is walked by F6, region by region', async () => {
    await panel.getByRole('button', { name: 'Show tables' }).focus();
    const regionOf = () =>
      panel.locator(':focus').evaluate((focused) => focused.closest('section, header, footer')?.className ?? '');
    const seen: string[] = [await regionOf()];
    for (let count = 0; count < 3; count += 1) {
      await panel.locator('body').press('F6');
      seen.push(await regionOf());
    }
    assert.deepEqual(seen, ['head', 'region readiness', 'region stock', 'region job']);
  });

  it('loads nothing but its own script and style', async () => {
    const policy = await panel.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    assert.match(policy ?? '', /^default-src 'none'; style-src 'nonce-[^']+'; script-src 'nonce-[^']+';$/);
    assert.deepEqual([...desk.refusedHosts], []);
  });

  for (const theme of Object.keys(themes) as Theme[]) {
    it(`has nothing serious for axe to find in ${theme}, wide or narrow`, async () => {
      const { page } = desk;
      await chooseTheme(page, panel, theme);
      const name = theme.replaceAll(' ', '-').toLowerCase();
      await screenshot(page, `training-${name}`);
      assert.deepEqual(await seriousIssues(panel), []);
      await page.setViewportSize({ width: 448, height: 1100 });
      const [scrolls, width] = await panel.locator('html').evaluate((html) => [html.scrollWidth, html.clientWidth]);
      assert.ok((scrolls ?? 0) <= (width ?? 0), `It scrolls sideways: ${scrolls} > ${width}`);
      await screenshot(page, `training-${name}-narrow`);
      await page.setViewportSize({ width: 1280, height: 1100 });
    }).timeout(180_000);
  }
});
