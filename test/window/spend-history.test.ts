import assert from 'node:assert/strict';
import { join } from 'node:path';
import axe from 'axe-core';
import type { FrameLocator } from 'playwright-core';
import { formatCost } from '../../src/domain/money.ts';
import {
  openContainer,
  pick,
  pictureFailures,
  resizeSideBar,
  runCommand,
  screenshot,
  webview,
} from '../editor/window.ts';
import { keepHistory, type LiveRun } from '../support/spend-history.ts';
import { container, type Desk, openDesk } from './support.ts';

const themes = ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast'];

describe('The Spend view of a long history', () => {
  let desk: Desk;
  let spend: FrameLocator;
  let run: LiveRun;
  before(async function () {
    this.timeout(300_000);
    desk = await openDesk({ size: { width: 1100, height: 1300 } });
    run = await keepHistory(join(desk.folder, '.git', 'countersign'), new Date());
    await openContainer(desk.page, container);
    spend = await webview(desk.page, 'main section');
    // Folded away, so that the pictures hold the whole view.
    await desk.page.locator('.pane-header').filter({ hasText: 'Runs' }).click();
  });
  after(async () => {
    run?.close();
    await desk?.close();
  });
  pictureFailures(() => desk?.page);

  const textOf = async (selector: string) => (await spend.locator(selector).innerText()).replace(/\s+/g, ' ');

  it('shows the figures that the store has', async () => {
    await spend.getByText('This run', { exact: true }).waitFor();
    const { ledger, runId } = run;
    const report = ledger.spend({ by: 'model', runId });
    const cap = report.caps.find(({ level }) => level === 'run');
    const { costMicros: micros, costLabel: label } = report.total;
    const shown = await textOf('section[aria-labelledby="run"]');
    assert.ok(shown.includes(formatCost({ micros, label })), shown);
    assert.ok(shown.includes(formatCost({ micros: micros + (cap?.reservedMicros ?? 0), label: 'estimated' })), shown);
    assert.match(shown, /Phase 2 of 3/);
    assert.match(shown, /Forecast \(P50–P90\) ~ \$/);
    assert.match(shown, /\/min/);
    const by = await textOf('section[aria-labelledby="by"]');
    for (const row of report.rows) assert.ok(by.includes(row.key.split('/')[1] ?? row.key), by);
    const { today, month } = ledger.periodTotals();
    const totals = await textOf('section[aria-labelledby="totals"]');
    for (const { cost } of [today, month]) assert.ok(totals.includes(formatCost(cost)), totals);
    const [landing] = ledger.landings({ limit: 1 });
    assert.ok(
      (await textOf('section[aria-labelledby="landings"]')).includes(landing?.landing.commit.slice(0, 7) ?? '-'),
    );
    await screenshot(desk.page, 'spend-history');
  });

  it('changes digits in place: focus and the elements stay', async () => {
    const amount = spend.locator('.large .amount');
    const before = await amount.elementHandle();
    const text = await amount.innerText();
    await spend.getByRole('tab', { name: 'Role' }).click();
    await run.endCall();
    await spend
      .locator('.large .amount')
      .filter({ hasNotText: text.split('\n')[0] ?? text })
      .waitFor();
    const after = await amount.elementHandle();
    assert.equal(await after?.evaluate((now, then) => now === then, before), true);
    assert.equal(await spend.locator(':focus').innerText(), 'Role');
    assert.match(await textOf('#breakdown'), /builder/);
  });

  it('is walked by keyboard: arrows along the tabs, T for the chart’s table', async () => {
    const { keyboard } = desk.page;
    await spend.getByRole('tab', { name: 'Model' }).click();
    await keyboard.press('ArrowRight');
    assert.equal(await spend.locator('[aria-selected="true"]').innerText(), 'Phase');
    await keyboard.press('ArrowLeft');
    await keyboard.press('ArrowLeft');
    assert.equal(await spend.locator('[aria-selected="true"]').innerText(), 'Role');
    await keyboard.press('t');
    await spend.getByRole('columnheader', { name: 'Day (UTC)' }).waitFor();
    await keyboard.press('t');
    await spend.locator('svg.chart').waitFor();
    await spend.getByRole('tab', { name: 'Role' }).press('Home');
  });

  it('leads from a landing to what it rests on', async () => {
    await spend
      .getByRole('button', { name: /^Show what [0-9a-f]{7} rests on/ })
      .first()
      .click();
    const tab = desk.page.locator('.part.editor .tabs-container .tab.active').filter({ hasText: 'Trajectories' });
    await tab.waitFor();
    await runCommand(desk.page, 'View: Close All Editors');
    await tab.waitFor({ state: 'hidden' });
  });

  it('comes back with its figures after it was folded away', async () => {
    const header = desk.page.locator('.pane-header').filter({ hasText: 'Spend' });
    await header.click();
    await desk.page.locator('iframe.webview.ready').waitFor({ state: 'hidden' });
    await run.endCall();
    await header.click();
    spend = await webview(desk.page, 'section[aria-labelledby="run"] .amount');
    const { costMicros: micros, costLabel: label } = run.ledger.spend({ by: 'model', runId: run.runId }).total;
    await spend.locator('.facts').getByText(formatCost({ micros, label }), { exact: true }).waitFor();
  });

  for (const theme of themes) {
    it(`has no accessibility problem at 250 pixels in ${theme}`, async () => {
      const { page } = desk;
      await resizeSideBar(page, 250);
      await runCommand(page, 'Preferences: Color Theme');
      await page.locator('.quick-input-widget input').first().fill(theme);
      await pick(page, theme);
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
      const [wide, room] = await spend.locator('body').evaluate((body) => [body.scrollWidth, body.clientWidth]);
      assert.ok((wide ?? 0) <= (room ?? 0), `It scrolls sideways: ${wide} of ${room}`);
      await screenshot(page.locator('.part.sidebar'), `spend-history-${theme.replaceAll(' ', '-').toLowerCase()}`);
      const frame = await (await spend.locator('main').elementHandle())?.ownerFrame();
      assert.ok(frame);
      // The page lets the side bar's colour through, which cannot be seen from inside.
      await frame.evaluate(`document.body.style.backgroundColor = 'var(--vscode-sideBar-background)'`);
      await frame.evaluate(axe.source);
      const found = (await frame.evaluate(
        `axe.run(document.querySelector('main'), { resultTypes: ['violations'] })`,
      )) as {
        readonly violations: readonly {
          id: string;
          impact: string;
          nodes: readonly { html: string; failureSummary: string }[];
        }[];
      };
      const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      const words = serious.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`,
      );
      assert.deepEqual(words, []);
    }).timeout(120_000);
  }
});
