import type { EditorFindings } from '../../domain/building.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { CodePlace, LanguageServices } from '../../engine/ports/builder.ts';
import type { Query } from '../survey/query.ts';
import type { Gathered, Gatherer } from './gatherer.ts';
import { type GatherResult, runGatherers } from './run-gatherers.ts';

/** What an editor is asked about. */
export interface EditorInput {
  readonly spec: PhaseSpec;
  readonly query: Query;
  /** Files that the survey found likeliest, the best first. */
  readonly likely: readonly string[];
  readonly services: LanguageServices;
  readonly mayChange: (path: string) => boolean;
  /** Neither secret nor excluded by the spec. */
  readonly mayShow: (path: string) => boolean;
  /** Texts of the commit. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What the gatherers of an editor look at. */
interface EditorQuestion extends EditorInput {
  /** Where the names that the phase speaks of are declared: looked up once, whoever asks. */
  declarations(): Promise<readonly CodePlace[]>;
}

const lookupSeconds = 15;
const mostNames = 12;
const mostLikely = 8;
const mostSymbols = 40;
const mostReferences = 60;
const mostOfOneName = 12;
const mostDiagnostics = 40;
const longestLine = 200;

const symbols: Gatherer<EditorQuestion> = {
  name: 'editor-symbols',
  heading: 'Declarations that the editor knows',
  share: 0.04,
  seconds: 15,
  async gather(input) {
    const places = await ofTheCommit(input, await input.declarations(), mostSymbols);
    const lines = places.map(({ place, line }) => `${at(place)} ${place.kind} ${place.name}: ${line}`);
    return note('Declared, by name', lines, 0.4);
  },
};

const references: Gatherer<EditorQuestion> = {
  name: 'editor-references',
  heading: 'Uses that the editor knows',
  share: 0.05,
  seconds: 15,
  async gather(input, signal) {
    const declared = await ofTheCommit(input, await input.declarations(), mostNames);
    const uses: CodePlace[] = [];
    for (const { place } of declared) {
      signal.throwIfAborted();
      const found = await input.services.references(place, signal);
      uses.push(...found.filter((use) => at(use) !== at(place)).slice(0, mostOfOneName));
    }
    const places = await ofTheCommit(input, uses, mostReferences);
    return note(
      'Used, by name',
      places.map(({ place, line }) => `${at(place)} ${place.name}: ${line}`),
      0.4,
    );
  },
};

const diagnostics: Gatherer<EditorQuestion> = {
  name: 'editor-diagnostics',
  heading: 'Problems that the editor shows',
  share: 0.04,
  seconds: 15,
  async gather(input) {
    const { services, mayChange, likely } = input;
    const known = services.diagnostics().filter(({ place }) => mayChange(place.path) || likely.includes(place.path));
    const worst = [...known].sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
    const about = new Map(worst.map((problem) => [problem.place, problem]));
    const places = await ofTheCommit(input, [...about.keys()], mostDiagnostics);
    const lines = places.flatMap(({ place }) => {
      const problem = about.get(place);
      return problem ? [`${at(place)} ${problem.severity}: ${problem.message.replace(/\s+/g, ' ').slice(0, 300)}`] : [];
    });
    return note('In files that may change or matter', lines, 0.5);
  },
};

/** Every gatherer that asks an editor, in the order of the brief. */
const editorGatherers: readonly Gatherer<EditorQuestion>[] = [symbols, references, diagnostics];

/** Runs them side by side. */
export async function askEditor(input: EditorInput, signal: AbortSignal): Promise<readonly GatherResult[]> {
  const both = AbortSignal.any([signal, AbortSignal.timeout(lookupSeconds * 1000)]);
  let declared: Promise<readonly CodePlace[]> | undefined;
  const declarations = () => {
    declared ??= lookUp(input, both);
    return declared;
  };
  return runGatherers(editorGatherers, { ...input, declarations }, signal);
}

/** What is to be kept of what an editor gave. */
export function findingsOf(base: string, results: readonly GatherResult[]): EditorFindings {
  const gatherers = results.map(({ name, outcome, detail, pieces }) => ({
    name,
    outcome,
    detail,
    pieces: pieces.map(({ title, text, value }) => ({ title, text, value })),
  }));
  return { base, gatherers };
}

/** The same results from what was kept of them; a gatherer that gave none, or was never asked, says so. */
export function resultsOf({ gatherers }: Pick<EditorFindings, 'gatherers'>): readonly GatherResult[] {
  return editorGatherers.map(({ name, heading, share }): GatherResult => {
    const kept = gatherers.find((gatherer) => gatherer.name === name) ?? notAsked;
    const pieces = kept.pieces.map((piece) => ({ ...piece, path: null, form: 'note' as const }));
    return { name, heading, share, outcome: kept.outcome, seconds: 0, detail: kept.detail, pieces, left: [] };
  });
}

const notAsked = {
  outcome: 'done',
  detail: 'Not asked: no editor has this repository open.',
  pieces: [],
} as const;

async function lookUp({ query, likely, services }: EditorInput, signal: AbortSignal) {
  const names = query.names.slice(0, mostNames);
  return names.length === 0 ? [] : services.symbols(names, likely.slice(0, mostLikely), signal);
}

/**
 * Places in files that may be shown and read in the editor as they do in the commit: what is unsaved, or differs from
 * it, says nothing about it. Each with its line, sorted, at most `most`.
 */
async function ofTheCommit(
  { services, mayShow, read }: EditorInput,
  places: readonly CodePlace[],
  most: number,
): Promise<readonly { readonly place: CodePlace; readonly line: string }[]> {
  const allowed = places.filter(({ path }) => mayShow(path)).slice(0, most * 4);
  const paths = [...new Set(allowed.map(({ path }) => path))];
  const [committed, shown] = await Promise.all([read(paths), services.texts(paths)]);
  const lines = new Map<string, readonly string[]>();
  for (const path of paths) {
    const text = committed.get(path);
    if (text !== undefined && shown.get(path) === text) lines.set(path, text.split('\n'));
  }
  const seen = new Set<string>();
  return allowed
    .flatMap((place) => {
      const line = lines.get(place.path)?.[place.line - 1];
      const key = `${at(place)} ${place.name}`;
      if (line === undefined || seen.has(key)) return [];
      seen.add(key);
      return [{ place, line: line.trim().slice(0, longestLine) }];
    })
    .slice(0, most)
    .sort((a, b) => compare(a.place.path, b.place.path) || a.place.line - b.place.line);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function at({ path, line }: CodePlace): string {
  return `${path}:${line}`;
}

function note(title: string, lines: readonly string[], value: number): Gathered {
  if (lines.length === 0) return { pieces: [], left: [] };
  return { pieces: [{ title, path: null, form: 'note', text: lines.join('\n'), value }], left: [] };
}
