import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { openBrowser } from '../editor/browser.ts';
import { findEditor } from '../editor/find-editor.ts';
import { projectFolder } from '../editor/paths.ts';
import { openContainer, screenshot, view, whenReady } from '../editor/window.ts';
import { container } from './support.ts';

/** Resolves to what a line of the program's output says after its name; rejects where the program ends before. */
function lineOf(child: ChildProcess, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const found = new RegExp(`^${name}: (.+)$`, 'm').exec(output)?.[1];
      if (found) resolve(found);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${output}`)));
  });
}

describe('npm run editor', () => {
  it('opens the example with the extension, and leaves nothing behind', async () => {
    const editor = await findEditor();
    // A desktop editor is the window itself: it has no address to look behind, and ends by being closed by hand.
    if (editor.kind === 'desktop') return assert.ok(existsSync(editor.executable));
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/editor.ts'], { cwd: projectFolder });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const [example, address] = await Promise.all([lineOf(child, 'example'), lineOf(child, 'editor')]);
    const browser = await openBrowser(editor.browser);
    try {
      await browser.page.goto(address);
      await whenReady(browser.page, container);
      await openContainer(browser.page, container);
      await view(browser.page, 'Runs').getByText('No runs yet').waitFor();
      await screenshot(browser.page, 'editor-script');
      assert.deepEqual([...browser.refusedHosts], []);
    } finally {
      await browser.close();
      child.kill('SIGTERM');
    }
    assert.equal(await ended, 0);
    assert.equal(existsSync(example), false);
  }).timeout(240_000);
});
