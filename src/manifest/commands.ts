import { contextKeys, proposalScheme } from './context-keys.ts';
import { panelIds } from './views.ts';

interface MenuPlace {
  readonly menu:
    | 'scm/title'
    | 'editor/title'
    | 'editor/context'
    | 'explorer/context'
    | 'view/title'
    | 'view/item/context'
    | 'comments/commentThread/title';
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

const { evidenceStale, hasReview, inReview, onProposal } = contextKeys;
// Nothing of ours is loaded before the first command, so these rest on keys that VS Code itself sets.
const inFolder = 'workspaceFolderCount != 0';
const mayRun = `${inFolder} && isWorkspaceTrusted`;
const aSpecFile = 'resourcePath =~ /[\\\\/]\\.countersign[\\\\/](phases|plans)[\\\\/][^\\\\/]+\\.(ya?ml|json)$/';
const reviewInFront = `${inReview} && activeEditor == multiDiffEditor`;
const proposalInFront = `${inReview} && resourceScheme == ${proposalScheme}`;
// Inside the multi-diff editor the resource is the whole change, so a key of ours tells where the cursor is.
const onHunk = `${inReview} && editorTextFocus && (resourceScheme == ${proposalScheme} || ${onProposal})`;
const summaryInFront = `activeWebviewPanelId == '${panelIds.review}'`;
const atReview = `(${inReview} || ${summaryInFront})`;
const aFinding = 'commentController == countersign.findings';
const runsView = 'view == countersign.runs';
const spendView = 'view == countersign.spend';

/** Every command, with the places it is offered in. The editor face has one handler for each. */
export const commands = [
  {
    id: 'countersign.newPhase',
    title: 'New Phase…',
    icon: 'add',
    palette: inFolder,
    menus: [{ menu: 'view/title', when: `${runsView} && ${inFolder}`, group: 'navigation@0' }],
  },
  {
    id: 'countersign.newPhaseFromSelection',
    title: 'Create Phase from Selection',
    palette: `${inFolder} && editorHasSelection`,
  },
  {
    id: 'countersign.planFromGoal',
    title: 'Plan from Goal…',
    palette: mayRun,
    menus: [{ menu: 'view/title', when: `${runsView} && ${mayRun}`, group: '2_plan@1' }],
  },
  {
    id: 'countersign.runPlan',
    title: 'Run Plan…',
    palette: mayRun,
    menus: [{ menu: 'view/title', when: `${runsView} && ${mayRun}`, group: '2_plan@2' }],
  },
  {
    id: 'countersign.forecast',
    title: 'Forecast Cost',
    palette: mayRun,
    menus: [{ menu: 'explorer/context', when: `${aSpecFile} && isWorkspaceTrusted`, group: '2_countersign@2' }],
  },
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
    id: 'countersign.pause',
    title: 'Pause Run',
    icon: 'debug-pause',
    palette: mayRun,
    menus: [
      { menu: 'view/item/context', when: `${runsView} && viewItem == run.running && ${mayRun}`, group: 'inline@1' },
    ],
  },
  {
    id: 'countersign.resume',
    title: 'Resume Run',
    icon: 'debug-continue',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^run\\.(paused|.*resumable)$/ && ${mayRun}`,
        group: 'inline@1',
      },
    ],
  },
  {
    id: 'countersign.stop',
    title: 'Stop Run…',
    icon: 'debug-stop',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^run\\.(running|paused)$/ && ${mayRun}`,
        group: 'inline@2',
      },
    ],
  },
  {
    id: 'countersign.skipPhase',
    title: 'Skip Phase…',
    icon: 'debug-step-over',
    palette: 'false',
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\.(building|checking|auditing)$/ && ${mayRun}`,
        group: 'inline@1',
      },
    ],
  },
  {
    id: 'countersign.retry',
    title: 'Retry',
    icon: 'debug-restart',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\.(rejected|stuck|failed|cancelled|rolled-back)/ && ${mayRun}`,
        group: 'inline@2',
      },
    ],
  },
  {
    id: 'countersign.retryWithModel',
    title: 'Retry with Another Model…',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\.(rejected|stuck|failed|cancelled|rolled-back)/ && ${mayRun}`,
        group: '3_again@1',
      },
    ],
  },
  {
    id: 'countersign.report',
    title: 'Save Run Report…',
    icon: 'file-text',
    palette: mayRun,
    menus: [
      { menu: 'view/item/context', when: `${runsView} && viewItem =~ /^run\\./ && ${mayRun}`, group: '1_look@4' },
    ],
  },
  {
    id: 'countersign.openReview',
    title: 'Open Review',
    icon: 'person',
    palette: hasReview,
    menus: [
      { menu: 'view/title', when: `${runsView} && ${hasReview}`, group: 'navigation@2' },
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\..*signable$/ && isWorkspaceTrusted`,
        group: 'inline@1',
      },
    ],
  },
  {
    id: 'countersign.openChanges',
    title: 'Open Changes',
    icon: 'diff-multiple',
    palette: hasReview,
    menus: [
      { menu: 'editor/title', when: `${summaryInFront} && ${hasReview}`, group: 'navigation@1' },
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\..*signable$/ && isWorkspaceTrusted`,
        group: 'inline@2',
      },
    ],
  },
  {
    id: 'countersign.nextHunk',
    title: 'Go to Next Hunk',
    icon: 'arrow-down',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: proposalInFront, group: 'navigation@2' }],
  },
  {
    id: 'countersign.previousHunk',
    title: 'Go to Previous Hunk',
    icon: 'arrow-up',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: proposalInFront, group: 'navigation@1' }],
  },
  {
    id: 'countersign.acceptHunk',
    title: 'Accept Hunk',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: reviewInFront, group: '2_hunk@1' }],
    key: { key: 'ctrl+k y', mac: 'cmd+k y', when: onHunk },
  },
  {
    id: 'countersign.rejectHunk',
    title: 'Reject Hunk',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: reviewInFront, group: '2_hunk@2' }],
    key: { key: 'ctrl+k n', mac: 'cmd+k n', when: onHunk },
  },
  {
    id: 'countersign.clearHunk',
    title: 'Clear Decision on Hunk',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: reviewInFront, group: '2_hunk@3' }],
  },
  {
    id: 'countersign.acceptFile',
    title: 'Accept All Hunks in File',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: reviewInFront, group: '3_file@1' }],
  },
  {
    id: 'countersign.rejectFile',
    title: 'Reject All Hunks in File',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: reviewInFront, group: '3_file@2' }],
  },
  {
    id: 'countersign.askForFix',
    title: 'Ask for a Fix',
    icon: 'tools',
    palette: `${atReview} && isWorkspaceTrusted`,
    menus: [{ menu: 'comments/commentThread/title', when: `${aFinding} && isWorkspaceTrusted`, group: 'inline@1' }],
  },
  {
    id: 'countersign.dismissFinding',
    title: 'Dismiss Finding…',
    icon: 'circle-slash',
    palette: atReview,
    menus: [{ menu: 'comments/commentThread/title', when: aFinding, group: 'inline@2' }],
  },
  {
    id: 'countersign.keepAsIssue',
    title: 'Keep as Issue',
    icon: 'issues',
    palette: atReview,
    menus: [{ menu: 'comments/commentThread/title', when: aFinding, group: 'inline@3' }],
  },
  {
    id: 'countersign.goToEvidence',
    title: 'Go to Evidence',
    icon: 'search',
    palette: atReview,
    menus: [{ menu: 'comments/commentThread/title', when: aFinding, group: 'inline@4' }],
  },
  // A signature is no matter of guessing icons: these stand in the editor's title as words.
  {
    id: 'countersign.checkAgain',
    title: 'Check Again',
    palette: `${inReview} && isWorkspaceTrusted && ${evidenceStale}`,
    menus: [
      {
        menu: 'editor/title',
        when: `${reviewInFront} && isWorkspaceTrusted && ${evidenceStale}`,
        group: 'navigation@-3',
      },
    ],
  },
  {
    id: 'countersign.approve',
    title: 'Approve',
    palette: `${atReview} && isWorkspaceTrusted`,
    menus: [
      {
        menu: 'editor/title',
        when: `${reviewInFront} && isWorkspaceTrusted && !${evidenceStale}`,
        group: 'navigation@-3',
      },
    ],
  },
  {
    // A command of its own, since the editor's title would write the key beside the word.
    id: 'countersign.approveByKey',
    title: 'Approve',
    palette: 'false',
    key: {
      key: 'ctrl+k ctrl+enter',
      mac: 'cmd+k cmd+enter',
      when: `(${reviewInFront} || ${proposalInFront} || ${summaryInFront}) && isWorkspaceTrusted`,
    },
  },
  {
    id: 'countersign.requestChanges',
    title: 'Request Changes…',
    palette: `${atReview} && isWorkspaceTrusted`,
    menus: [{ menu: 'editor/title', when: `${reviewInFront} && isWorkspaceTrusted`, group: 'navigation@-2' }],
  },
  {
    id: 'countersign.reject',
    title: 'Reject',
    palette: atReview,
    menus: [{ menu: 'editor/title', when: reviewInFront, group: 'navigation@-1' }],
  },
  {
    id: 'countersign.rollBack',
    title: 'Roll Back…',
    icon: 'discard',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem == phase.landed && isWorkspaceTrusted`,
        group: 'inline@2',
      },
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^run\\.done/ && isWorkspaceTrusted`,
        group: 'inline@2',
      },
    ],
  },
  {
    id: 'countersign.undoLanding',
    title: 'Undo Landing…',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem == phase.landed && isWorkspaceTrusted`,
        group: '2_landing@1',
      },
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^run\\.done/ && isWorkspaceTrusted`,
        group: '2_landing@1',
      },
    ],
  },
  { id: 'countersign.restoreSavePoint', title: 'Restore Save Point…', palette: mayRun },
  {
    id: 'countersign.openTrajectories',
    title: 'Open Trajectories',
    icon: 'pulse',
    palette: inFolder,
    menus: [
      { menu: 'view/title', when: runsView, group: 'navigation@3' },
      { menu: 'view/title', when: spendView, group: 'navigation@1' },
    ],
  },
  {
    id: 'countersign.showTrajectory',
    title: 'Show Trajectory',
    icon: 'pulse',
    palette: inFolder,
    menus: [
      { menu: 'view/item/context', when: `${runsView} && viewItem =~ /^attempt\\./`, group: 'inline@1' },
      { menu: 'view/item/context', when: `${runsView} && viewItem =~ /^(run|phase)\\./`, group: '1_look@1' },
    ],
  },
  {
    id: 'countersign.trajectoryForLine',
    title: 'Show Trajectory for This Line',
    palette: `${inFolder} && editorIsOpen`,
    menus: [{ menu: 'editor/context', when: `${inFolder} && resourceScheme == file`, group: 'z_countersign@1' }],
  },
  {
    id: 'countersign.compareAttempts',
    title: 'Compare Attempts…',
    palette: inFolder,
    menus: [{ menu: 'view/item/context', when: `${runsView} && viewItem =~ /^(phase|attempt)\\./`, group: '1_look@2' }],
  },
  {
    id: 'countersign.replay',
    title: 'Replay from Here',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^(run|phase|attempt)\\./ && ${mayRun}`,
        group: '1_look@3',
      },
    ],
  },
  {
    id: 'countersign.exportTable',
    title: 'Export Table…',
    palette: inFolder,
    menus: [{ menu: 'view/title', when: runsView, group: '3_export@1' }],
  },
  { id: 'countersign.setApiKey', title: 'Set API Key…', palette: 'true' },
  { id: 'countersign.chooseModels', title: 'Choose Models…', palette: 'true' },
  { id: 'countersign.approveConfiguration', title: 'Review Workspace Configuration…', palette: mayRun },
  {
    id: 'countersign.auditStaged',
    title: 'Audit Staged Changes',
    icon: 'eye',
    palette: mayRun,
    menus: [{ menu: 'scm/title', when: 'scmProvider == git && isWorkspaceTrusted', group: 'navigation@9' }],
  },
  { id: 'countersign.measureReviewers', title: 'Measure Reviewers…', palette: mayRun },
  { id: 'countersign.auditBranch', title: 'Audit Branch…', palette: mayRun },
  {
    id: 'countersign.auditPatch',
    title: 'Audit Patch File…',
    palette: mayRun,
    menus: [
      {
        menu: 'explorer/context',
        when: 'resourceExtname =~ /^\\.(patch|diff)$/ && isWorkspaceTrusted',
        group: '2_countersign@2',
      },
    ],
  },
  { id: 'countersign.openExample', title: 'Open Example…', palette: 'true' },
  {
    id: 'countersign.chooseFolder',
    title: 'Choose Folder…',
    palette: 'workspaceFolderCount > 1',
    menus: [{ menu: 'view/title', when: `${runsView} && workspaceFolderCount > 1`, group: '4_folder@1' }],
  },
  { id: 'countersign.doctor', title: 'Check Setup', palette: mayRun },
  { id: 'countersign.reportIssue', title: 'Report Issue…', palette: 'true' },
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
