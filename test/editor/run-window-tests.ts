import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installIntoFolder } from './open-window.ts';
import { packageExtension } from './package-extension.ts';
import { judge, type Outcome } from './results.ts';
import { runMocha } from './run-mocha.ts';

export interface WindowTestOptions {
  /** Folder of the extension, built. */
  readonly extension: string;
  /** Folder that is searched for `*.test.ts`. */
  readonly tests: string;
}

/** Installed extensions of the window tests that run now; for their `openWindow`. */
export function installedExtensionsFolder(): string {
  const folder = process.env.EDITOR_TEST_EXTENSIONS;
  if (!folder)
    throw new Error('Window tests are started by test/editor/run-window-tests.ts, which sets EDITOR_TEST_EXTENSIONS.');
  return folder;
}

/** Packages the extension, installs it as a user does, and runs the tests that drive a window with it. */
export async function runWindowTests(options: WindowTestOptions): Promise<Outcome> {
  const scratch = mkdtempSync(join(tmpdir(), 'countersign-vsix-'));
  try {
    const packaged = await packageExtension(options.extension, join(scratch, 'extension.vsix'));
    console.log(`packaged ${(packaged.bytes / 1024).toFixed(0)} KiB`);
    for (const warning of packaged.warnings) console.log(warning);
    const extensionsFolder = join(scratch, 'extensions');
    await installIntoFolder(packaged.file, extensionsFolder);
    process.env.EDITOR_TEST_EXTENSIONS = extensionsFolder;
    const results = await runMocha(options.tests, { timeoutSeconds: 240 });
    return judge(results.failed === 0 ? 0 : 1, JSON.stringify(results));
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}
