import { z } from 'zod';
import { agentToolOffers } from '../domain/agent-tools.ts';

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

/** The sections of `contributes` that speak of chat and of other agents. */
export function contributedChat() {
  return {
    chatParticipants: [
      {
        id: participantId,
        name: 'countersign',
        fullName: 'Countersign',
        description: 'Changes with a second signature',
        commands: chatCommands,
      },
    ],
    languageModelTools: agentToolOffers.map(({ name, title, description, input }) => {
      const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: 'input', target: 'draft-7' });
      return {
        name,
        displayName: title,
        userDescription: description,
        modelDescription: description,
        canBeReferencedInPrompt: true,
        toolReferenceName: name.replace('countersign_', 'countersign-').replaceAll('_', '-'),
        tags: ['countersign'],
        when: 'isWorkspaceTrusted && workspaceFolderCount != 0',
        inputSchema,
      };
    }),
    mcpServerDefinitionProviders: [{ id: mcpProviderId, label: 'Countersign' }],
  };
}
