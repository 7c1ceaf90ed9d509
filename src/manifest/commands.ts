import { type CommandEntry, runsView } from './command-entry.ts';
import { contextKeys, planScheme } from './context-keys.ts';
import { reviewCommands } from './review-commands.ts';
import { trainingCommands } from './training-commands.ts';

const { live, paused } = contextKeys;
// Nothing of ours is loaded before the first command, so these rest on keys that VS Code itself sets.
const inFolder = 'workspaceFolderCount != 0';
const mayRun = `${inFolder} && isWorkspaceTrusted`;
const aSpecFile = 'resourcePath =~ /[\\\\/]\\.countersign[\\\\/](phases|plans)[\\\\/][^\\\\/]+\\.(ya?ml|json)$/';
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
      { menu: 'view/title', when: `${runsView} && ${live} && !${paused} && ${mayRun}`, group: '1_steer@1' },
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
      { menu: 'view/title', when: `${runsView} && ${paused} && ${mayRun}`, group: '1_steer@1' },
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
      { menu: 'view/title', when: `${runsView} && ${live} && ${mayRun}`, group: '1_steer@2' },
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
        when: `${runsView} && viewItem =~ /^phase\\.(failed|cancelled|rolled-back)/ && ${mayRun}`,
        group: 'inline@2',
      },
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\.(rejected|stuck)/ && ${mayRun}`,
        group: '3_again@0',
      },
    ],
  },
  {
    id: 'countersign.retryWithModel',
    title: 'Retry with Another Model…',
    icon: 'debug-rerun',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        // The same model failed there: another one is the next step.
        when: `${runsView} && viewItem =~ /^phase\\.(rejected|stuck)/ && ${mayRun}`,
        group: 'inline@2',
      },
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\.(failed|cancelled|rolled-back)/ && ${mayRun}`,
        group: '3_again@1',
      },
    ],
  },
  {
    id: 'countersign.resumeHigherCap',
    title: 'Resume with Higher Cap…',
    icon: 'credit-card',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\.failed\\.budget/ && ${mayRun}`,
        group: 'inline@1',
      },
    ],
  },
  {
    id: 'countersign.showReason',
    title: 'Show Reason',
    icon: 'question',
    palette: 'false',
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^(phase\\.failed\\.(policy|fault)|tier\\.(failed|not-clean))/`,
        group: 'inline@1',
      },
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\.(rejected|stuck|cancelled|failed)/`,
        group: '1_look@0',
      },
    ],
  },
  {
    id: 'countersign.replan',
    title: 'Plan What Remains…',
    icon: 'list-tree',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^run\\.(failed|done)\\.resumable$/ && ${mayRun}`,
        group: '3_again@3',
      },
    ],
  },
  {
    id: 'countersign.acceptPlan',
    title: 'Accept Plan',
    icon: 'check',
    palette: 'false',
    menus: [{ menu: 'editor/title', when: `resourceScheme == ${planScheme} && ${mayRun}`, group: 'navigation@1' }],
  },
  {
    id: 'countersign.discardPlan',
    title: 'Discard Plan',
    icon: 'discard',
    palette: 'false',
    menus: [{ menu: 'editor/title', when: `resourceScheme == ${planScheme} && ${mayRun}`, group: 'navigation@2' }],
  },
  {
    id: 'countersign.report',
    title: 'Save Run Report…',
    icon: 'file-text',
    palette: mayRun,
    menus: [
      { menu: 'view/item/context', when: `${runsView} && viewItem =~ /^run\\./ && ${mayRun}`, group: '1_look@4' },
      { menu: 'view/item/context', when: `${runsView} && viewItem == run.done && ${mayRun}`, group: 'inline@1' },
    ],
  },
  ...reviewCommands,
  ...trainingCommands,
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
  {
    id: 'countersign.showLessons',
    title: 'Show Lessons…',
    palette: mayRun,
    menus: [{ menu: 'view/title', when: `${runsView} && ${mayRun}`, group: '2_plan@3' }],
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
  { id: 'countersign.calibrateReviewers', title: 'Measure Reviewers…', palette: mayRun },
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
  {
    id: 'countersign.doctor',
    title: 'Check Setup',
    icon: 'checklist',
    palette: mayRun,
    menus: [
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\.failed\\.environment/ && ${mayRun}`,
        group: 'inline@1',
      },
    ],
  },
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
