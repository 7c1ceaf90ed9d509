import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { findEditor } from './find-editor.ts';
import { projectFolder } from './paths.ts';
import { editorEnvironment, type Settings, writeSettings } from './profile.ts';
import { judge, type Outcome } from './results.ts';

export interface HostTestOptions {
  /** Folders of extensions, built. */
  readonly extensions: readonly string[];
  /** The bundled runner, with the bundled tests beside it. */
  readonly runner: string;
  /** The folder the editor opens. */
  readonly workspace: string;
  readonly settings?: Settings;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/** An executable file for @vscode/test-electron: it starts the stand-in with the Node we run on. */
function writeLauncher(folder: string): string {
  const launcher = join(folder, 'code');
  const standIn = join(projectFolder, 'test', 'editor', 'stand-in.ts');
  writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${standIn}' "$@"\n`);
  chmodSync(launcher, 0o755);
  return launcher;
}

/** Passes on the lines that the extension host adds to `file`, until stopped; the last ones when it is stopped. */
function followReport(file: string, onLine: (line: string) => void): () => void {
  let read = 0;
  const passOn = () => {
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    const end = text.lastIndexOf('\n') + 1;
    if (end > read) for (const line of text.slice(read, end - 1).split('\n')) onLine(line);
    read = Math.max(read, end);
  };
  const timer = setInterval(passOn, 200);
  return () => {
    clearInterval(timer);
    passOn();
  };
}

async function exitCodeOf(run: Promise<number>): Promise<number | null> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof TestRunFailedError) return error.code ?? null;
    throw error;
  }
}

/** Runs bundled tests inside the extension host of a real VS Code. Rejects with `EditorMissing` where there is none. */
export async function runHostTests(options: HostTestOptions): Promise<Outcome> {
  const editor = await findEditor();
  const scratch = mkdtempSync(join(tmpdir(), 'countersign-host-'));
  const results = join(scratch, 'results.json');
  const report = join(scratch, 'report.txt');
  const userData = join(scratch, 'user');
  const stopFollowing = followReport(report, options.onLine ?? console.log);
  writeSettings(join(userData, 'User'), options.settings);
  try {
    const run = runTests({
      vscodeExecutablePath: editor.kind === 'desktop' ? editor.executable : writeLauncher(scratch),
      extensionDevelopmentPath: [...options.extensions],
      extensionTestsPath: options.runner,
      launchArgs: [options.workspace, '--disable-extensions', `--user-data-dir=${userData}`],
      extensionTestsEnv: editorEnvironment({
        ...options.env,
        EDITOR_TEST_RESULTS: results,
        EDITOR_TEST_REPORT: report,
      }),
    });
    const exit = await exitCodeOf(run);
    return judge(exit, existsSync(results) ? readFileSync(results, 'utf8') : null);
  } finally {
    stopFollowing();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}
