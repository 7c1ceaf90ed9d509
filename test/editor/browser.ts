import { type BrowserContext, chromium, type Page } from 'playwright-core';

export interface BrowserOptions {
  readonly size?: { readonly width: number; readonly height: number };
  /** Show the window; needs a display. */
  readonly visible?: boolean;
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
  const refusedHosts = await refuseOtherHosts(context);
  return { page: await context.newPage(), refusedHosts, close: () => browser.close() };
}
