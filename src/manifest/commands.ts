import { contextKeys } from './context-keys.ts';

interface MenuPlace {
  readonly menu: 'editor/title' | 'explorer/context' | 'view/title' | 'view/item/context';
  readonly when: string;
  readonly group: string;
}

export interface CommandEntry {
  readonly id: `countersign.${string}`;
  /** As VS Code shows it: title case, "…" where the command asks before it acts. */
  readonly title: string;
  /** Name of a codicon. */
  readonly icon?: string;
  /** When the palette offers it. */
  readonly palette: string;
  readonly menus?: readonly MenuPlace[];
  readonly key?: { readonly key: string; readonly mac: string; readonly when: string };
}

const { hasReview, inReview } = contextKeys;
// Nothing of ours is loaded before the first command, so these rest on keys that VS Code itself sets.
const inFolder = 'workspaceFolderCount != 0';
const mayRun = `${inFolder} && isWorkspaceTrusted`;
const aSpecFile = 'resourcePath =~ /[\\\\/]\\.countersign[\\\\/](phases|plans)[\\\\/][^\\\\/]+\\.(ya?ml|json)$/';
const reviewInFront = `${inReview} && activeEditor == multiDiffEditor`;
const runsView = 'view == countersign.runs';

/** Every command, with the places it is offered in. The editor face has one handler for each. */
export const commands = [
  {
    id: 'countersign.runPhase',
    title: 'Run Phase…',
    icon: 'play',
    palette: mayRun,
    menus: [
      { menu: 'explorer/context', when: `${aSpecFile} && isWorkspaceTrusted`, group: '2_countersign@1' },
      { menu: 'view/title', when: `${runsView} && ${mayRun}`, group: 'navigation@1' },
    ],
  },
  {
    id: 'countersign.openReview',
    title: 'Open Review',
    icon: 'person',
    palette: hasReview,
    menus: [
      { menu: 'view/title', when: `${runsView} && ${hasReview}`, group: 'navigation@2' },
      { menu: 'view/item/context', when: `${runsView} && viewItem =~ /^phase\\..*signable$/`, group: 'inline@1' },
    ],
  },
  // A signature is no matter of guessing icons: these three stand in the editor's title as words.
  {
    id: 'countersign.approve',
    title: 'Approve',
    palette: `${inReview} && isWorkspaceTrusted`,
    menus: [{ menu: 'editor/title', when: `${reviewInFront} && isWorkspaceTrusted`, group: 'navigation@-3' }],
  },
  {
    // A command of its own, since the editor's title would write the key beside the word.
    id: 'countersign.approveByKey',
    title: 'Approve',
    palette: 'false',
    key: { key: 'ctrl+k ctrl+enter', mac: 'cmd+k cmd+enter', when: `${reviewInFront} && isWorkspaceTrusted` },
  },
  {
    id: 'countersign.requestChanges',
    title: 'Request Changes…',
    palette: `${inReview} && isWorkspaceTrusted`,
    menus: [{ menu: 'editor/title', when: `${reviewInFront} && isWorkspaceTrusted`, group: 'navigation@-2' }],
  },
  {
    id: 'countersign.reject',
    title: 'Reject',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: reviewInFront, group: 'navigation@-1' }],
  },
  {
    id: 'countersign.rollBack',
    title: 'Roll Back…',
    icon: 'discard',
    palette: mayRun,
    menus: [
      { menu: 'view/item/context', when: `${runsView} && viewItem == phase.landed`, group: 'inline@2' },
      { menu: 'view/item/context', when: `${runsView} && viewItem == run.done`, group: 'inline@2' },
    ],
  },
  { id: 'countersign.setApiKey', title: 'Set API Key…', palette: 'true' },
  { id: 'countersign.chooseModels', title: 'Choose Models…', palette: 'true' },
  { id: 'countersign.approveConfiguration', title: 'Review Workspace Configuration…', palette: mayRun },
  { id: 'countersign.openExample', title: 'Open Example…', palette: 'true' },
  { id: 'countersign.showStatus', title: 'Show Status', palette: 'true' },
  { id: 'countersign.showOutput', title: 'Show Output', palette: 'true' },
  // A row at the end of the Runs view.
  { id: 'countersign.showMoreRuns', title: 'Show More', palette: 'false' },
] as const satisfies readonly CommandEntry[];

export type CommandId = (typeof commands)[number]['id'];

interface Contributed {
  readonly commands: readonly object[];
  readonly menus: Readonly<Record<string, readonly object[]>>;
  readonly keybindings: readonly object[];
}

/** The three sections of `contributes` that speak of commands. */
export function contributedCommands(entries: readonly CommandEntry[] = commands): Contributed {
  const menus: Record<string, object[]> = {
    commandPalette: entries
      .filter(({ palette }) => palette !== 'true')
      .map(({ id, palette }) => ({ command: id, when: palette })),
  };
  for (const { id, menus: places = [] } of entries) {
    for (const { menu, when, group } of places) {
      menus[menu] ??= [];
      menus[menu].push({ command: id, when, group });
    }
  }
  return {
    commands: entries.map(({ id, title, icon }) => ({
      command: id,
      title,
      category: 'Countersign',
      ...(icon ? { icon: `$(${icon})` } : {}),
    })),
    menus,
    keybindings: entries.flatMap(({ id, key }) => (key ? [{ command: id, ...key }] : [])),
  };
}
