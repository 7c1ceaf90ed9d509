import { contributedCommands } from './commands.ts';
import { attemptScheme, proposalScheme } from './context-keys.ts';
import { contributedChat } from './contributed-chat.ts';
import { contributedValidation } from './json-schemas.ts';
import { withKeys } from './nls.ts';
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
    l10n: './l10n',
    icon: 'media/icon.png',
    galleryBanner: { color: '#0f3d3e', theme: 'dark' },
    categories: ['AI', 'Chat', 'SCM Providers', 'Testing'],
    keywords: ['agent', 'audit', 'code review', 'diff', 'git', 'local models', 'multi-agent', 'verification'],
    pricing: 'Free',
    extensionKind: ['workspace'],
    // Commands and views activate by themselves. The first is for the CodeLens of specs, the others for what was open
    // when the window was closed.
    activationEvents: [
      'onLanguage:yaml',
      `onFileSystem:${proposalScheme}`,
      `onFileSystem:${attemptScheme}`,
      `onWebviewPanel:${panelIds.trajectories}`,
      `onWebviewPanel:${panelIds.training}`,
      `onWebviewPanel:${panelIds.review}`,
    ],
    capabilities: {
      untrustedWorkspaces: {
        supported: 'limited',
        description: 'You can read specs and past runs; nothing runs.',
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
      // Hunks are decided by lenses, which diff editors leave out unless told. Every diff has them then; the same
      // commands are in the hover, the title's menu and on keys for those who set it back.
      configurationDefaults: { 'diffEditor.codeLens': true },
      ...contributedValidation(),
      ...contributedChat(),
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
  return `${JSON.stringify({ ...packageJson, ...withKeys(manifestFields()).fields }, null, 2)}\n`;
}

/** The text of package.nls.json: what package.json names by key, in English. */
export function manifestTexts(): string {
  return `${JSON.stringify(withKeys(manifestFields()).texts, null, 2)}\n`;
}
