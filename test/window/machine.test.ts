import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import {
  answerDialog,
  dialog,
  pick,
  pictureFailures,
  quickPickRows,
  runCommand,
  screenshot,
  statusBarItem,
  treeRow,
} from '../editor/window.ts';
import { type Desk, openDesk } from './support.ts';

const phase = 'Greet people in their language';

/** A search path with every program of this machine's but one, the first of each name. */
function pathWithout(name: string): { readonly folder: string; readonly PATH: string } {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-path-'));
  for (const from of (process.env.PATH ?? '').split(delimiter).filter((each) => existsSync(each))) {
    for (const program of readdirSync(from)) {
      const target = join(from, program);
      if (program === name || existsSync(join(folder, program)) || !existsSync(target)) continue;
      if (statSync(target).isFile()) symlinkSync(target, join(folder, program));
    }
  }
  // The example's checks need the Node that runs these tests.
  return { folder, PATH: [dirname(process.execPath), folder].join(delimiter) };
}

describe('A machine without a sandbox', () => {
  let desk: Desk;
  const { folder, PATH } = pathWithout('bwrap');
  before(async () => {
    desk = await openDesk({ env: { PATH } });
  });
  after(async () => {
    await desk?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  pictureFailures(() => desk?.page);

  it('says so among what a run rests on', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Check Setup');
    await quickPickRows(page, /sandbox/i)
      .first()
      .waitFor();
    await quickPickRows(page, 'bubblewrap (bwrap) is not installed').first().waitFor();
    await screenshot(page, 'check-setup-no-sandbox');
    await page.keyboard.press('Escape');
  });

  it('asks before a check runs, and runs none when the answer is no', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Run Phase…');
    await pick(page, phase);
    await dialog(page).getByText('Checks would run without a sandbox here.').waitFor();
    await screenshot(page, 'sandbox-question');
    await answerDialog(page, 'Cancel');
    await statusBarItem(page, 'Stopped').waitFor();
    assert.equal(desk.git('log', '--format=%s'), 'Start');
    assert.equal(await statusBarItem(page, '1 to sign').count(), 0);
  });

  it('asks no more once the answer was yes', async () => {
    const { page } = desk;
    for (const first of [true, false]) {
      await runCommand(page, 'Countersign: Run Phase…');
      await pick(page, phase);
      if (first) await answerDialog(page, 'Run Without Sandbox');
      await statusBarItem(page, first ? '1 to sign' : '2 to sign').waitFor();
    }
    assert.equal(await dialog(page).count(), 0);
    assert.ok((await treeRow(page, 'Runs', phase).count()) >= 0);
  });
});

describe('A machine that has all that a run rests on', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('is said to, line by line', async () => {
    const { page } = desk;
    await runCommand(page, 'Countersign: Check Setup');
    await quickPickRows(page, /git/i).first().waitFor();
    await screenshot(page, 'check-setup');
    assert.equal(await quickPickRows(page).locator('.codicon-error').count(), 0);
  });
});
