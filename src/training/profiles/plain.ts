import type { Profile } from './profile.ts';

export const plain: Profile = {
  name: 'plain',
  summary: 'Replies as they came.',
  systemPrompt: null,
  metadata: {},
  logitProcessors: [],
  transform: (reply) => reply,
  validate: () => [],
};
