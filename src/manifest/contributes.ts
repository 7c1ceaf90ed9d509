import { contributedCommands } from './commands.ts';
import { attemptScheme, proposalScheme } from './context-keys.ts';
import { contributedSettings, settings } from './settings.ts';
import { contributedViews, panelIds } from './views.ts';
import { contributedWalkthroughs } from './walkthrough.ts';

/** The fields of package.json that VS Code reads. `npm run manifest` writes them. */
export function manifestFields() {
  const { commands, menus, keybindings } = contributedCommands();
  const { viewsContainers, views, viewsWelcome } = contributedViews();
  const setByFolders = settings.filter(({ scope }) => scope === 'resource').map(({ key }) => `countersign.${key}`);
  return {
    main: './dist/extension.js',
    categories: ['AI', 'SCM Providers', 'Testing'],
    extensionKind: ['workspace'],
    // Commands and views activate by themselves. The first is for the CodeLens of specs, the others for what was open
    // when the window was closed.
    activationEvents: [
      'onLanguage:yaml',
      `onFileSystem:${proposalScheme}`,
      `onFileSystem:${attemptScheme}`,
      `onWebviewPanel:${panelIds.trajectories}`,
    ],
    capabilities: {
      untrustedWorkspaces: {
        supported: 'limited',
        description: 'You can read specs; nothing runs.',
        restrictedConfigurations: setByFolders,
      },
      virtualWorkspaces: { supported: false, description: 'Countersign needs files on disk.' },
    },
    contributes: {
      commands,
      menus,
      keybindings,
      configuration: contributedSettings(),
      viewsContainers,
      views,
      viewsWelcome,
      walkthroughs: contributedWalkthroughs(),
      // A change's paths begin at the repository, not at the root of a disk.
      resourceLabelFormatters: [proposalScheme, attemptScheme].map((scheme) => ({
        scheme,
        formatting: { label: `\${path}`, separator: '/', stripPathStartingSeparator: true },
      })),
    },
  };
}

/** The text of package.json with the fields VS Code reads as they should be, and all others as they were. */
export function withManifest(packageText: string): string {
  const packageJson: Record<string, unknown> = JSON.parse(packageText);
  return `${JSON.stringify({ ...packageJson, ...manifestFields() }, null, 2)}\n`;
}
