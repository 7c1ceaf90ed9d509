import { createHash } from 'node:crypto';
import { createSurvey } from '../../../src/builder/survey/survey.ts';
import type { PhaseSpec } from '../../../src/domain/spec.ts';
import type { Assignment } from '../../../src/engine/ports/builder.ts';
import type { ChatModel, ChatReply, ChatRequest } from '../../../src/engine/ports/chat.ts';
import type { PastCommit, RepositoryReader } from '../../../src/engine/ports/repository.ts';
import { matching } from '../../../src/patch/scope.ts';

function objectOf(content: string): string {
  return createHash('sha1').update(content).digest('hex');
}

/** A repository of these files at every commit, with this history. Counts what is read. */
export function readerOf(
  files: Readonly<Record<string, string>>,
  history: readonly PastCommit[] = [],
): RepositoryReader & { readonly reads: string[] } {
  const byObject = new Map(Object.values(files).map((content) => [objectOf(content), content]));
  const reads: string[] = [];
  return {
    reads,
    files: async () =>
      Object.keys(files)
        .sort()
        .map((path) => ({ path, object: objectOf(files[path] as string) })),
    async contents(objects, limit) {
      reads.push(...objects);
      const found = objects.flatMap((object) => {
        const content = byObject.get(object);
        return content === undefined || Buffer.byteLength(content) > limit
          ? []
          : [[object, Buffer.from(content)] as const];
      });
      return new Map(found);
    },
    commits: async (_, most) => history.slice(0, most).map(({ commit }) => commit),
    pastCommits: async (commits) => history.filter(({ commit }) => commits.includes(commit)),
    log: async () => history.map(({ commit, message }) => `${commit.slice(0, 7)} ${message}`).join('\n'),
    blame: async (_, path, from, to) => `${path} ${from}-${to}`,
    show: async (_, commit) => (history.some((past) => past.commit === commit) ? `commit ${commit}` : null),
  };
}

export function surveyOf(files: Readonly<Record<string, string>>, history: readonly PastCommit[] = []) {
  return createSurvey({ reader: readerOf(files, history), directory: null, matching });
}

/** A model that answers in turn, and keeps what it was asked. */
export function modelOf(...replies: readonly Partial<ChatReply>[]): ChatModel & { readonly asked: ChatRequest[] } {
  const asked: ChatRequest[] = [];
  return {
    id: 'lab/builder',
    recorded: false,
    format: 'diff',
    standIns: [],
    asked,
    async complete(request) {
      asked.push(request);
      const reply = replies[Math.min(asked.length, replies.length) - 1];
      return {
        text: '',
        toolCalls: [],
        tookTools: true,
        model: 'lab/builder',
        tokens: null,
        billedMicros: null,
        servedBy: null,
        ...reply,
      };
    },
  };
}

export function assignmentOf(spec: PhaseSpec, model: ChatModel): Assignment {
  return { scope: { runId: 'run', tierId: null, phaseId: spec.id, attempt: 1 }, spec, base: 'base', model };
}
