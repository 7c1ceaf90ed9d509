/**
 * What the browser-hosted editor is made of. Its folder in the cache is named after a hash of this value, so any
 * change here makes a new installation.
 */
export const recipe = {
  revision: 1,
  /** The npm package that carries the VS Code server; its minor and patch are VS Code's own. */
  codeServer: '4.139.1',
  /** The Node the server runs on, with the headers its native modules are compiled against. */
  node: '24.21.0',
  architecture: process.arch,
  /** Only loaded by features that tests never reach; together they are most of the download and of the compiling. */
  droppedDependencies: [
    '@devcontainers/cli',
    '@github/copilot-sdk',
    '@microsoft/mxc-sdk',
    '@vscode/deviceid',
    '@vscode/sandbox-runtime',
    '@vscode/sqlite3',
    '@vscode/windows-process-tree',
    '@vscode/windows-registry',
    'kerberos',
    'ssh2',
  ],
  /** npm refuses an override for a package that is no longer there. */
  droppedOverrides: ['kerberos@2.1.1', 'koffi'],
  /** Without the first every output channel stays empty; without the second folders are watched by polling. */
  compiledModules: ['@vscode/spdlog', '@vscode/native-watchdog'],
} as const;

/** Debian packages that give the editor its window. */
export const windowPackages = ['chromium', 'fonts-dejavu-core'] as const;

/** The same VS Code for machines that run the desktop's. */
export const desktopVersion = '1.139.1';
