import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { developInWindow } from './development.ts';
import { installEditor } from './install.ts';
import { screenshotsFolder } from './paths.ts';
import type { Settings } from './profile.ts';
import { startServer, windowAddress } from './server.ts';

/**
 * Stands in for the desktop's executable: takes the arguments @vscode/test-electron gives it, runs the tests in the
 * extension host of the VS Code server, and ends with the tests' exit code.
 */

const couldNotRun = 124;
const keptLogLines = 30;

interface Arguments {
  readonly folder: string | null;
  readonly extensions: readonly string[];
  readonly tests: string;
  readonly userData: string | null;
}

function localPath(name: string): string {
  return name.startsWith('file:') ? fileURLToPath(name) : resolve(name);
}

function readArguments(args: readonly string[]): Arguments {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      extensionDevelopmentPath: { type: 'string', multiple: true },
      extensionTestsPath: text,
      'user-data-dir': text,
      'folder-uri': text,
    },
    // The other arguments are for the desktop's own window.
    strict: false,
    allowPositionals: true,
  });
  const one = (value: unknown) => (typeof value === 'string' ? localPath(value) : null);
  const tests = one(values.extensionTestsPath);
  if (!tests) throw new Error('There is no --extensionTestsPath.');
  const extensions = (values.extensionDevelopmentPath ?? []).filter((value) => typeof value === 'string');
  const folder = one(values['folder-uri'] ?? positionals[0]);
  return { folder, tests, extensions: extensions.map(localPath), userData: one(values['user-data-dir']) };
}

function readSettings(userData: string | null): Settings {
  return userData ? JSON.parse(readFileSync(join(userData, 'User', 'settings.json'), 'utf8')) : {};
}

/** The window calls these two functions by name: one a line of its log, one with the tests' exit code. */
async function exitCodeOfTests(page: Page, open: () => Promise<unknown>, log: string[]): Promise<number> {
  const limitSeconds = Number(process.env.EDITOR_TEST_LIMIT_SECONDS || 900);
  const ended = Promise.withResolvers<number>();
  const limit = setTimeout(
    () => ended.reject(new Error(`The tests did not end within ${limitSeconds} s.`)),
    limitSeconds * 1000,
  );
  page.on('crash', () => ended.reject(new Error('The window crashed.')));
  await page.exposeFunction('codeAutomationExit', (code: number) => ended.resolve(code));
  await page.exposeFunction('codeAutomationLog', (type: string, values: unknown[]) => {
    log.push(`${type}: ${format(...values)}`);
  });
  try {
    const [code] = await Promise.all([ended.promise, open()]);
    return code;
  } finally {
    clearTimeout(limit);
  }
}

/** The ends of what the extensions under test wrote to their log channels. */
function extensionLogs(scratch: string): string[] {
  const names = globSync('data/data/logs/*/exthost*/*.*/*.log', { cwd: scratch }).filter(
    (name) => !/\/vscode\./.test(name),
  );
  return names.map((name) => {
    const lines = readFileSync(join(scratch, name), 'utf8').trimEnd().split('\n').slice(-keptLogLines);
    return `End of ${basename(name)}:\n${lines.join('\n')}`;
  });
}

async function run(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  const editor = await installEditor();
  const scratch = mkdtempSync(join(tmpdir(), 'countersign-editor-'));
  const windowLog: string[] = [];
  const server = await startServer(editor, {
    dataFolder: join(scratch, 'data'),
    extensionsFolder: join(scratch, 'extensions'),
    settings: readSettings(args.userData),
    // Worktrees of repositories that are soon gone.
    env: { XDG_CACHE_HOME: join(scratch, 'cache'), XDG_STATE_HOME: join(scratch, 'state') },
  });
  const browser = await openBrowser(editor.browser);
  let code = couldNotRun;
  try {
    await developInWindow(browser.page, server.port, args);
    const open = () => browser.page.goto(windowAddress(server.port, args.folder ?? scratch));
    code = await exitCodeOfTests(browser.page, open, windowLog);
  } finally {
    if (code !== 0) {
      await browser.page.screenshot({ path: join(screenshotsFolder, 'host-tests-failed.png') });
      const lines = windowLog.filter((line) => /^(warn|error)/.test(line)).slice(-keptLogLines);
      if (code === couldNotRun) console.error(`Last lines of the window's log:\n${lines.join('\n')}`);
      for (const log of extensionLogs(scratch)) console.error(log);
    }
    if (browser.refusedHosts.size > 0)
      console.error(`The window tried to reach ${[...browser.refusedHosts].join(', ')}.`);
    await browser.close();
    await server.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
  return code;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  process.exitCode = await run();
} catch (error) {
  console.error(error);
  process.exitCode = couldNotRun;
}
