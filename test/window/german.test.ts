import assert from 'node:assert/strict';
import {
  codeLens,
  findCommand,
  openContainer,
  pictureFailures,
  quickPickRows,
  runCommand,
  screenshot,
  statusBarItem,
  view,
  webview,
} from '../editor/window.ts';
import { container, type Desk, openDesk, openFile } from './support.ts';

const spec = '.countersign/phases/greet-in-language.yaml';

describe('An editor in German', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk({ language: 'de' });
  });
  after(() => desk?.close());
  pictureFailures(() => desk?.page);

  it('has our views and commands in German', async () => {
    const { page } = desk;
    await openContainer(page, container);
    await view(page, 'Läufe').getByText('Noch keine Läufe.').waitFor();
    await findCommand(page, 'Countersign: Phase ausführen…');
    await page.keyboard.press('Escape');
  });

  it('is spoken to in German by what we compute', async () => {
    const { page } = desk;
    await openFile(page, spec);
    await codeLens(page, 'Phase ausführen').waitFor();
    await runCommand(page, 'Countersign: Status zeigen');
    await quickPickRows(page, 'Läufe zeigen').waitFor();
    await screenshot(page, 'german-status');
    await page.keyboard.press('Escape');
    const item = statusBarItem(page, 'Countersign');
    assert.match((await item.getAttribute('aria-label')) ?? (await item.innerHTML()), /Nichts läuft und nichts wartet/);
  });

  it('has pages in German, which say so', async () => {
    const { page } = desk;
    const spend = await webview(page, 'main section');
    await spend.getByText('Noch nichts ausgegeben.').waitFor();
    assert.equal(await spend.locator('html').getAttribute('lang'), 'de');
    await runCommand(page, 'Countersign: Trajektorien öffnen');
    await (await webview(page, '.runs')).getByText('Noch keine Aufrufe aufgehoben.').waitFor();
    await screenshot(page, 'german');
  });
});
