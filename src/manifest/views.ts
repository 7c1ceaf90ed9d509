import { contextKeys, type Situation } from './context-keys.ts';

export const containerId = 'countersign';
export const viewIds = { runs: 'countersign.runs', review: 'countersign.review', spend: 'countersign.spend' } as const;

/** Types of the webview panels in the editor area. */
export const panelIds = {
  trajectories: 'countersign.trajectories',
  training: 'countersign.training',
  review: 'countersign.reviewSummary',
} as const;

interface Button {
  readonly label: string;
  readonly command: string;
}

interface Welcome {
  readonly when: string;
  readonly text: string;
  readonly button: Button;
  /** Another way on. */
  readonly other?: Button;
}

const inTrustedFolder = 'workspaceFolderCount != 0 && isWorkspaceTrusted && !virtualWorkspace';
const situation = (name: Situation) => `${inTrustedFolder} && ${contextKeys.situation} == ${name}`;

const buttonLine = ({ label, command }: Button) => `[${label}](command:${command})`;

/** What the Runs view says while it has no rows: one sentence and one next step. */
const welcomes: readonly Welcome[] = [
  {
    when: 'workspaceFolderCount == 0',
    text: 'Open a folder to use Countersign.',
    button: { label: 'Open Folder', command: 'vscode.openFolder' },
  },
  {
    when: 'virtualWorkspace',
    text: 'Countersign needs files on disk. Clone this repository to use it.',
    button: { label: 'Clone', command: 'git.clone' },
  },
  {
    when: 'workspaceFolderCount != 0 && !isWorkspaceTrusted',
    text: 'This folder is not trusted. You can read specs and past runs; nothing runs.',
    button: { label: 'Manage Trust', command: 'workbench.trust.manage' },
  },
  {
    when: situation('no-git'),
    text: 'This folder has no git repository. Countersign lands work as commits.',
    button: { label: 'Initialize Repository', command: 'git.init' },
  },
  {
    when: situation('no-commit'),
    text: 'This repository has no commit yet. Commit once, then run a phase.',
    button: { label: 'Open Source Control', command: 'workbench.view.scm' },
  },
  {
    when: situation('unapproved'),
    text: 'This folder’s configuration chooses models. Nothing of it counts until you approve.',
    button: { label: 'Review Configuration', command: 'countersign.approveConfiguration' },
  },
  {
    when: situation('no-model'),
    text: 'Choose a model to begin, or open the example, which needs none.',
    button: { label: 'Choose Models', command: 'countersign.chooseModels' },
    other: { label: 'Open Example', command: 'countersign.openExample' },
  },
  {
    when: situation('ready'),
    text: 'No runs yet. A phase says what should change and how to tell that it worked.',
    button: { label: 'New Phase', command: 'countersign.newPhase' },
    other: { label: 'Run Phase', command: 'countersign.runPhase' },
  },
];

/** The sections of `contributes` that speak of views. */
export function contributedViews() {
  const icon = 'media/countersign.svg';
  return {
    viewsContainers: { activitybar: [{ id: containerId, title: 'Countersign', icon }] },
    views: {
      [containerId]: [
        { id: viewIds.runs, name: 'Runs', icon, initialSize: 2 },
        { id: viewIds.review, name: 'Review', icon, when: contextKeys.hasReview, initialSize: 2 },
        { id: viewIds.spend, name: 'Spend', type: 'webview', icon, initialSize: 3 },
      ],
    },
    viewsWelcome: welcomes.map(({ when, text, button, other }) => ({
      view: viewIds.runs,
      when,
      contents: [text, ...[button, ...(other ? [other] : [])].map(buttonLine)].join('\n'),
    })),
  };
}
