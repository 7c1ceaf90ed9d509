import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import {
  clickViewAction,
  openContainer,
  pick,
  pictureFailures,
  screenshot,
  statusBarItem,
  treeRow,
  webview,
} from '../editor/window.ts';
import { container, type Desk, openDesk } from './support.ts';

describe('The Spend view', () => {
  let desk: Desk;
  let spend: FrameLocator;
  before(async () => {
    desk = await openDesk({ size: { width: 1100, height: 900 } });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('begins with what is to come', async () => {
    await openContainer(desk.page, container);
    spend = await webview(desk.page, 'main section');
    await spend.getByText('Nothing spent yet').waitFor();
  });

  it('follows a plan while it runs', async () => {
    const { page } = desk;
    await clickViewAction(page, 'Runs', 'Run Phase…');
    await pick(page, 'A friendlier service');
    await spend
      .locator('.state.live')
      .getByText(/Phase \d of 3/)
      .waitFor();
    await spend.getByRole('heading', { name: 'This run', exact: true }).waitFor();
    await screenshot(page, 'spend-live');
    await statusBarItem(page, '2 of 3 landed').waitFor({ timeout: 60_000 });
    await spend.getByRole('heading', { name: 'Last run', exact: true }).waitFor();
    await treeRow(page, 'Runs', 'A friendlier service').waitFor();
    await screenshot(page, 'plan-ended');
  });

  it('loads nothing but its own script and style', async () => {
    const policy = await spend.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    assert.match(policy ?? '', /^default-src 'none'; style-src 'nonce-[^']+'; script-src 'nonce-[^']+';$/);
    assert.deepEqual([...desk.refusedHosts], []);
  });
});
