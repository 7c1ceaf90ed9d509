import { z } from 'zod';
import { agentToolOffers } from '../domain/agent-tools.ts';
import { chatCommands, mcpProviderId, participantId } from './chat.ts';

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
