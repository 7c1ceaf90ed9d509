import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { formatPatch } from '../../src/patch/format-patch.ts';
import { type OpenWindow, openWindow, type WindowOptions } from '../editor/open-window.ts';
import { exampleFolder } from '../editor/paths.ts';
import { installedExtensionsFolder } from '../editor/run-window-tests.ts';
import { whenReady } from '../editor/window.ts';
import { approveConfiguration, makeWorkspace } from '../editor/workspace.ts';

export const container = 'Countersign';

/** An editor with the example open, as a user has it after approving its configuration. */
export interface Desk extends OpenWindow {
  readonly folder: string;
  git(...args: string[]): string;
}

export interface DeskOptions extends Partial<WindowOptions> {
  /** Changes the example before its first commit. */
  readonly prepare?: (folder: string) => void;
  /** Told the folder of the example before the window opens, which may be of another `folder`. */
  readonly beforeOpening?: (folder: string) => void;
  /** False leaves the folder's configuration unapproved. */
  readonly approved?: boolean;
}

export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const workspace = await makeWorkspace(exampleFolder, options.prepare);
  const home = mkdtempSync(join(tmpdir(), 'countersign-home-'));
  const { folder } = workspace;
  if (options.approved !== false) await approveConfiguration(folder, home);
  options.beforeOpening?.(folder);
  const env = {
    XDG_CONFIG_HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
    OPENAI_API_KEY: '',
    ...options.env,
  };
  const tidy = () => {
    workspace.remove();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const extensionsFolder = installedExtensionsFolder();
    const opened = await openWindow({ ...options, folder: options.folder ?? folder, extensionsFolder, env });
    await whenReady(opened.page, container);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
    return { ...opened, folder, git, close: () => opened.close().finally(tidy) };
  } catch (error) {
    tidy();
    throw error;
  }
}

/** Makes the recorded reviewer of the first phase find something minor, and the Builder mend it when asked. */
export function withFinding(folder: string): void {
  const file = join(folder, '.countersign', 'recorded.yaml');
  const recorded = readFileSync(file, 'utf8');
  const clean = 'both criteria have a test.", "findings": []}';
  if (!recorded.includes(clean)) throw new Error('The clean review of the example reads otherwise now.');
  const finding = {
    severity: 'minor',
    category: 'compatibility',
    file: 'src/greeting.ts',
    line: 17,
    claim: 'A language is matched by its exact code, so `de-AT` is refused though German is known.',
    evidence: 'const words = greetings.get(language);',
    suggestion: 'Match the part before the hyphen as well.',
  };
  const changed = recorded.replace(clean, `one thing is left.", "findings": [${JSON.stringify(finding)}]}`);
  const builder = /(?<= {2}- role: builder\n {4}phase: greet-in-language\n {4}attempt: )1\n[\s\S]*?(?=\n {2}# )/.exec(
    recorded,
  )?.[0];
  if (!builder) throw new Error('The first reply of the Builder is not where it was.');
  const again = builder
    .replace(/^1/, '2')
    .replace('greetings.get(language)', "greetings.get(language.split('-')[0] ?? '')");
  const review = '{"summary": "Regional codes are matched by their language.", "findings": []}';
  const more = [
    `  - role: builder\n    phase: greet-in-language\n    attempt: ${again}\n`,
    `  - role: auditor:correctness\n    phase: greet-in-language\n    attempt: 2\n    contains:\n      - 'language.split'\n    reply: |\n      ${review}\n    usage: { input: 4520, cached: 1024, output: 96 }\n`,
  ];
  writeFileSync(file, `${changed.trimEnd()}\n\n${more.join('\n')}`);
}

/** Opens the file the way a user does. */
export async function openFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+p');
  const input = page.locator('.quick-input-widget input').first();
  await input.fill(name);
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await input.press('Enter');
  await page
    .locator('.part.editor .tabs-container .tab.active')
    .filter({ hasText: name.split('/').at(-1) ?? name })
    .waitFor();
}

export interface MadeUpPhase {
  readonly id: string;
  readonly title: string;
  /** Lines of YAML for checks; none runs by default. */
  readonly verify?: string;
  /** What it changes; the text before is written into the example first. */
  readonly files: Readonly<Record<string, { readonly before: string; readonly after: string }>>;
}

/** Adds a phase to the example, with recorded replies that build it and find nothing. */
export function addPhase(folder: string, { id, title, verify = '', files }: MadeUpPhase): void {
  for (const [path, { before }] of Object.entries(files)) writeFileSync(join(folder, path), before);
  const spec = `id: ${id}\ntitle: ${title}\ngoal: ${title}.\nscope: { include: ['src/**'] }\nacceptance: [It is so]\n${verify}`;
  writeFileSync(join(folder, '.countersign', 'phases', `${id}.yaml`), spec);
  const changes = Object.entries(files).map(
    ([path, texts]) => ({ path, renamedFrom: null, mode: '100644', ...texts }) as const,
  );
  const reply = ['Done.', '', '```diff', ...formatPatch(changes).trimEnd().split('\n'), '```'];
  const usage = '    usage: { input: 10, cached: 0, output: 10 }\n';
  const entry = (role: string, lines: readonly string[]) =>
    `  - role: ${role}\n    phase: ${id}\n    attempt: 1\n    reply: |\n${lines.map((line) => `      ${line}\n`).join('')}${usage}`;
  const review = ['{"summary": "Nothing to say.", "findings": []}'];
  const file = join(folder, '.countersign', 'recorded.yaml');
  const recorded = readFileSync(file, 'utf8').trimEnd();
  writeFileSync(file, `${recorded}\n\n${entry('builder', reply)}\n${entry('auditor:correctness', review)}`);
}
