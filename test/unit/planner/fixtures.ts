import type { ChatModel, ChatReply, ChatRequest } from '../../../src/engine/ports/chat.ts';
import type { SourceTree } from '../../../src/engine/ports/repository.ts';

/** A commit made of these texts. */
export function treeOf(files: Readonly<Record<string, string>>): SourceTree {
  const partial = {
    commit: 'c'.repeat(40),
    paths: async () => Object.keys(files).sort(),
    read: async (paths: readonly string[]) =>
      new Map(paths.flatMap((path) => (files[path] === undefined ? [] : [[path, files[path]] as const]))),
  };
  return partial as SourceTree;
}

/** A model that answers with these texts in turn and keeps what it was asked. */
export function scriptedModel(replies: readonly string[]): {
  readonly model: ChatModel;
  readonly asked: ChatRequest[];
} {
  const asked: ChatRequest[] = [];
  const model = {
    id: 'lab/planner',
    recorded: false,
    format: 'diff',
    standIns: [],
    async complete(request: ChatRequest): Promise<ChatReply> {
      asked.push(request);
      const text = replies[asked.length - 1];
      if (text === undefined) throw new Error('the script has no more replies');
      return {
        text,
        toolCalls: [],
        tookTools: true,
        model: 'lab/any',
        tokens: null,
        billedMicros: null,
        servedBy: null,
      };
    },
  };
  return { model: model as unknown as ChatModel, asked };
}
