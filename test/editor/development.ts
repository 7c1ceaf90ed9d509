import type { Page } from 'playwright-core';

export interface Development {
  /** Folders of unpackaged extensions. */
  readonly extensions: readonly string[];
  /** A module with a `run` function, called inside the extension host. */
  readonly tests: string;
}

/** Runs in the page, before its own scripts: adds to the configuration that its `meta` element carries. */
const addToConfiguration = `
  if (window === window.top) {
    new MutationObserver((changes, observer) => {
      const meta = document.getElementById('vscode-workbench-web-configuration');
      if (!meta) return;
      observer.disconnect();
      const configuration = JSON.parse(meta.dataset.settings);
      configuration.developmentOptions = { ...configuration.developmentOptions, ...developmentOptions };
      meta.dataset.settings = JSON.stringify(configuration);
    }).observe(document, { childList: true, subtree: true });
  }
`;

/**
 * Makes the next page that `page` opens load extensions under development and run tests in their host.
 *
 * Of the other two ways, the `payload` query takes one extension only and hides toasts, and answering the document
 * in the server's stead makes Chromium refuse its WebSockets.
 */
export async function developInWindow(page: Page, port: number, development: Development): Promise<void> {
  // VS Code finds the server by the authority of these addresses, which must be the page's own host and port.
  const uri = (path: string) => ({ scheme: 'vscode-remote', authority: `127.0.0.1:${port}`, path });
  const options = { extensions: development.extensions.map(uri), extensionTestsPath: uri(development.tests) };
  await page.addInitScript({ content: `const developmentOptions = ${JSON.stringify(options)};${addToConfiguration}` });
}
