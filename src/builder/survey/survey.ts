import path from 'node:path';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { RepositoryReader, SourceFile } from '../../engine/ports/repository.ts';
import type { GatherInput } from '../gather/gatherer.ts';
import { gatherers } from '../gather/registry.ts';
import { type GatherResult, runGatherers } from '../gather/run-gatherers.ts';
import { isGenerated, isSecret } from '../path-kinds.ts';
import { type Corpus, contentKey, openCorpus } from './corpus.ts';
import { type NameGraph, nameGraph } from './graph.ts';
import { createHistory } from './history-file.ts';
import { readIndex, writeIndex } from './index-file.ts';
import { ContentIndex } from './postings.ts';
import { queryOf } from './query.ts';
import { defaultWeights, rankFiles } from './rank.ts';
import { createTexts } from './texts.ts';

/** Tells whether a path matches one of these globs. */
export type Matching = (globs: readonly string[]) => (path: string) => boolean;

export interface SurveyRequest {
  readonly spec: PhaseSpec;
  /** The commit that the phase builds on. */
  readonly commit: string;
  readonly budgetTokens: number;
}

/** Looks through a commit for what a phase needs. */
export type Survey = (request: SurveyRequest, signal: AbortSignal) => Promise<readonly GatherResult[]>;

export interface SurveyOptions {
  readonly reader: RepositoryReader;
  /** Where the index is kept between runs; null keeps none. */
  readonly directory: string | null;
  readonly matching: Matching;
}

/** The files of one commit as phases with the same scope see them: several ask at once, or one after another. */
interface View {
  readonly key: string;
  readonly corpus: Corpus;
  /** Made when it is first asked for. */
  readonly graph: () => NameGraph;
}

const historyLength = 1_000;
/** Contents that the kept index may hold before it is cut down to those of the last commit. */
const mostKept = 60_000;
/** What could not be read by then is read the next time. */
const indexSeconds = 120;
/** Fewer new contents than this are sooner read again than written. */
const fewAdded = 100;

/**
 * A survey of one repository. The index is held in memory and kept by blob, so that a second look reads only what
 * changed. One look at a time: it belongs on a thread of its own where somebody waits at a screen.
 */
export function createSurvey({ reader, directory, matching }: SurveyOptions): Survey {
  const indexFile = directory && path.join(directory, 'context-index');
  const history = createHistory(reader, directory && path.join(directory, 'context-history.json'), historyLength);
  let index: ContentIndex | undefined;
  let seen: View | undefined;
  let listed: { readonly commit: string; readonly files: readonly SourceFile[] } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function viewOf(key: string, known: ContentIndex, files: readonly SourceFile[], signal: AbortSignal) {
    const corpus = await openCorpus(known, files, reader.contents, signal, indexSeconds);
    let graph: NameGraph | undefined;
    return {
      key,
      corpus,
      graph: () => {
        graph ??= nameGraph(corpus);
        return graph;
      },
    };
  }

  async function filesOf(commit: string): Promise<readonly SourceFile[]> {
    if (listed?.commit !== commit) listed = { commit, files: await reader.files(commit) };
    return listed.files;
  }

  async function look({ spec, commit, budgetTokens }: SurveyRequest, signal: AbortSignal) {
    const past = history.before(commit);
    // Waited for below: git reads it while this thread reads contents.
    past.catch(() => undefined);
    const [kept, all] = await Promise.all([index ?? (indexFile ? readIndex(indexFile) : null), filesOf(commit)]);
    index ??= new ContentIndex((kept as Awaited<ReturnType<typeof readIndex>>) ?? undefined);
    const { exclude, context, include } = spec.scope;
    const isExcluded = matcher(matching, exclude);
    const isNamedContext = matcher(matching, context);
    const isIncluded = matcher(matching, include);
    const files = all.filter((file) => !isExcluded(file.path) || isNamedContext(file.path));
    const began = performance.now();
    const key = JSON.stringify([commit, exclude, context]);
    const view = seen?.key === key ? seen : await viewOf(key, index, files, signal);
    const { corpus } = view;
    // What was not read in time is read the next time.
    seen = corpus.unread === 0 ? view : undefined;
    const indexed = indexResult(corpus.unread, (performance.now() - began) / 1000);
    if (indexFile && index.added > fewAdded) {
      await writeIndex(indexFile, index.columns(files.map(contentKey), mostKept));
      index.markKept();
    }
    const query = queryOf(spec);
    const commits = await past;
    const texts = createTexts(reader, new Map(files.map((file) => [file.path, file.object])));
    const mayChange = (file: string) => isIncluded(file) && !isExcluded(file);
    const hidden = (file: string) => isSecret(file) || isGenerated(file);
    const input: GatherInput = {
      spec,
      query,
      paths: files.map((file) => file.path),
      ranked: rankFiles(corpus, query, commits, defaultWeights, view.graph).filter((file) => !hidden(file.path)),
      history: commits,
      withheld: files
        .filter((file) => hidden(file.path) && (mayChange(file.path) || isNamedContext(file.path)))
        .map((file) => ({ path: file.path, why: isSecret(file.path) ? 'may hold secrets' : 'generated' })),
      mayChange,
      isNamedContext,
      read: (paths) => texts(paths.filter((file) => !hidden(file))),
      budgetTokens,
    };
    return [indexed, ...(await runGatherers(gatherers, input, signal))];
  }

  return (request, signal) => {
    const turn = last.then(
      () => look(request, signal),
      () => look(request, signal),
    );
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** It shows nothing itself, but whether it was done is part of what the brief rests on. */
function indexResult(unread: number, seconds: number): GatherResult {
  const outcome = unread === 0 ? 'done' : 'timed-out';
  const detail = unread === 0 ? null : `${unread} files were not read within ${indexSeconds} s.`;
  return { name: 'index', heading: '', share: 0, outcome, seconds, detail, pieces: [], left: [] };
}

/** As `matching`, without asking a pattern of every file where the answer is the same for all. */
function matcher(matching: Matching, globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  return globs.includes('**') ? () => true : matching(globs);
}
