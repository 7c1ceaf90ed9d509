import { type CommandEntry, runsView } from './command-entry.ts';

const inFolder = 'workspaceFolderCount != 0';
const mayTrain = `${inFolder} && isWorkspaceTrusted`;

/** From what was kept to models that serve. */
export const trainingCommands = [
  {
    id: 'countersign.openTraining',
    title: 'Open Training',
    icon: 'mortar-board',
    palette: inFolder,
    menus: [{ menu: 'view/title', when: runsView, group: '3_export@0' }],
  },
  { id: 'countersign.trainPrepare', title: 'Prepare Training Data', palette: mayTrain },
  { id: 'countersign.trainNow', title: 'Train Now…', palette: mayTrain },
  { id: 'countersign.deployModel', title: 'Deploy Model…', palette: mayTrain },
  { id: 'countersign.rollBackModel', title: 'Roll Back Model', palette: mayTrain },
] as const satisfies readonly CommandEntry[];
