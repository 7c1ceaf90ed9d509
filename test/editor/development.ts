import type { Page } from 'playwright-core';

export interface Development {
  /** Folders of unpackaged extensions. */
  readonly extensions: readonly string[];
  /** A module with a `run` function, called inside the extension host. */
  readonly tests: string;
}

/**
 * Makes the next page that `page` opens load extensions under development and run tests in their host.
 *
 * The page reads its configuration from a `meta` element; a script that runs before its own adds to it. Of the other
 * two ways, the `payload` query takes one extension only and hides toasts, and answering the document in its stead
 * makes Chromium refuse its WebSockets.
 */
export async function developInWindow(page: Page, port: number, development: Development): Promise<void> {
  // VS Code finds the server by the authority of these addresses, which must be the page's own host and port.
  const uri = (path: string) => ({ scheme: 'vscode-remote', authority: `127.0.0.1:${port}`, path });
  const options = { extensions: development.extensions.map(uri), extensionTestsPath: uri(development.tests) };
  await page.addInitScript((developmentOptions) => {
    if (window !== window.top) return;
    new MutationObserver((_, observer) => {
      const meta = document.getElementById('vscode-workbench-web-configuration');
      const text = meta?.dataset['settings'];
      if (!meta || !text) return;
      observer.disconnect();
      const configuration = JSON.parse(text);
      configuration.developmentOptions = { ...configuration.developmentOptions, ...developmentOptions };
      meta.dataset['settings'] = JSON.stringify(configuration);
    }).observe(document, { childList: true, subtree: true });
  }, options);
}
