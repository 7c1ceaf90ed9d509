import type { CommandId } from './commands.ts';

interface Step {
  /** Also the name of its page, `media/walkthrough/ID.md`. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly button: { readonly label: string; readonly command: string };
  /** What ticks the step off. */
  readonly doneBy: `onCommand:${CommandId}` | `onSettingChanged:countersign.${string}`;
}

const steps: readonly Step[] = [
  {
    id: 'choose-a-model',
    title: 'Choose a model',
    text: 'Use one VS Code already knows, enter a key, or point to a local server. Keys stay in the system’s secret storage.',
    button: { label: 'Choose Models', command: 'countersign.chooseModels' },
    doneBy: 'onCommand:countersign.chooseModels',
  },
  {
    id: 'open-the-example',
    title: 'Open the example',
    text: 'A small service with tests, in a scratch folder. Recorded replies: no model is called, nothing is spent.',
    button: { label: 'Open Example', command: 'countersign.openExample' },
    doneBy: 'onCommand:countersign.openExample',
  },
  {
    id: 'run-a-phase',
    title: 'Run a phase',
    text: 'Your files stay as they are while it works.',
    button: { label: 'Run Phase', command: 'countersign.runPhase' },
    doneBy: 'onCommand:countersign.runPhase',
  },
  {
    id: 'sign-or-refuse',
    title: 'Sign or refuse',
    text: 'Read the evidence, decide hunk by hunk, approve. One commit lands; Roll Back undoes it.',
    button: { label: 'Open Review', command: 'countersign.openReview' },
    doneBy: 'onCommand:countersign.openReview',
  },
  {
    id: 'set-your-caps',
    title: 'Set your caps',
    text: 'No call is sent that could pass them.',
    button: { label: 'Open Settings', command: 'workbench.action.openSettings?%22countersign.budget%22' },
    doneBy: 'onSettingChanged:countersign.budget.runUsd',
  },
];

export function contributedWalkthroughs() {
  return [
    {
      id: 'getASecondSignature',
      title: 'Get a second signature',
      description: 'From a spec to one commit that you can take back.',
      steps: steps.map(({ id, title, text, button, doneBy }) => ({
        id,
        title,
        description: `${text}\n[${button.label}](command:${button.command})`,
        media: { markdown: `media/walkthrough/${id}.md` },
        completionEvents: [doneBy],
      })),
    },
  ];
}
