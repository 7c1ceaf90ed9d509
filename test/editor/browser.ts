import { type BrowserContext, chromium, type Page } from 'playwright-core';

export interface BrowserOptions {
  readonly size?: { readonly width: number; readonly height: number };
  /** Show the window; needs a display. */
  readonly visible?: boolean;
  /** The editor's display language, such as `de`. Its own words stay English: a language pack is not needed for ours. */
  readonly language?: string;
}

export interface OpenBrowser {
  readonly page: Page;
  /** Hosts other than this machine that the window tried to reach. Every such request was refused. */
  readonly refusedHosts: ReadonlySet<string>;
  close(): Promise<void>;
}

const quietArguments = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  // Chromium refuses to start as root with its own sandbox; the window shows pages of our own server only.
  '--no-sandbox',
];

const ownHosts = ['127.0.0.1', 'localhost'];

async function refuseOtherHosts(context: BrowserContext): Promise<ReadonlySet<string>> {
  const refused = new Set<string>();
  await context.route(
    (url) => !ownHosts.includes(url.hostname),
    (route) => {
      refused.add(new URL(route.request().url()).host);
      return route.abort();
    },
  );
  return refused;
}

/** Opens an empty browser window that reaches nothing but this machine. */
export async function openBrowser(executablePath: string, options: BrowserOptions = {}): Promise<OpenBrowser> {
  const browser = await chromium.launch({ executablePath, headless: !options.visible, args: quietArguments });
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1400, height: 900 },
    colorScheme: 'dark',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  // Twice the library's own: a machine that does other work as well takes its time.
  context.setDefaultTimeout(60_000);
  // What the script of a language pack sets before the editor starts.
  if (options.language) await context.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = '${options.language}'`);
  const refusedHosts = await refuseOtherHosts(context);
  return { page: await context.newPage(), refusedHosts, close: () => browser.close() };
}
