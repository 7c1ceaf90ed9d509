export const participantId = 'countersign.participant';
export const mcpProviderId = 'countersign.mcp';

export const chatCommands = [
  { name: 'plan', description: 'Turn a goal into a plan of phases, for you to read and edit.' },
  { name: 'run', description: 'Run a phase or a plan; nothing lands without your signature.' },
  { name: 'audit', description: 'Audit what is staged.' },
  { name: 'spend', description: 'What was spent today, this month and by the last runs.' },
  { name: 'explain', description: 'How the last run went, phase by phase, and why.' },
] as const;
export type ChatCommand = (typeof chatCommands)[number]['name'];
