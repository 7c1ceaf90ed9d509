import type { DiffFile } from '../domain/read-diff.ts';
import type { ReviewMaterial } from './prompts.ts';
import { patchByFile, readDiffInTurns } from './read-in-turns.ts';
import { type Turn, takingTurns } from './turns.ts';

/** Whole files are shown up to here, in characters; beyond it the change alone. */
const fileTextLimit = 120_000;
/** Characters that a token stands for at the least, in code: what is shown stays below what was allowed. */
const charactersPerToken = 3;

interface Section {
  readonly path: string;
  readonly patch: string;
}

export interface Parts {
  readonly materials: readonly ReviewMaterial[];
  /** Says that the change was cut, and what was not shown whole; null where all of it goes into one request. */
  readonly notice: string | null;
}

/**
 * A change as one reviewer is asked about it: in one request where it fits, else file by file in as few as it takes; a
 * file that is too large by itself is cut into ranges of its lines.
 */
export async function inParts(material: ReviewMaterial, mostTokens: number): Promise<Parts> {
  const room = mostTokens * charactersPerToken;
  const { patch } = material.staged;
  if (patch.length <= room) return { materials: [withFiles(material, room - patch.length)], notice: null };
  const { sections, cutLines } = await sectionsOf(patch, room);
  const groups = grouped(sections, room);
  const materials = groups.map((group, index) => {
    const paths = new Set(group.map(({ path }) => path));
    const others = new Set(sections.map(({ path }) => path).filter((path) => !paths.has(path)));
    const text = group.map((section) => section.patch).join('');
    const files = new Map([...material.files].filter(([path]) => paths.has(path)));
    const part = { number: index + 1, of: groups.length, others: [...others] };
    return withFiles({ ...material, staged: { ...material.staged, patch: text }, files, part }, room - text.length);
  });
  const cut =
    cutLines === 0 ? '' : ` ${cutLines === 1 ? 'One line was' : `${cutLines} lines were`} too long to show whole.`;
  return {
    materials,
    notice: `The change was reviewed in ${groups.length} parts: it is too large for one request.${cut}`,
  };
}

/** The files that fit beside the change, in their order. */
function withFiles(material: ReviewMaterial, room: number): ReviewMaterial {
  const limit = Math.min(room, fileTextLimit);
  let used = 0;
  const files = [...material.files].filter(([, text]) => {
    used += text.length;
    return used <= limit;
  });
  return { ...material, files: new Map(files) };
}

function grouped(sections: readonly Section[], room: number): readonly (readonly Section[])[] {
  const groups: Section[][] = [];
  let used = 0;
  for (const section of sections) {
    const group = groups.at(-1);
    if (group && used + section.patch.length <= room) {
      group.push(section);
      used += section.patch.length;
    } else {
      groups.push([section]);
      used = section.patch.length;
    }
  }
  return groups;
}

async function sectionsOf(patch: string, room: number) {
  const turn = takingTurns();
  const sections: Section[] = [];
  let cutLines = 0;
  for (const part of patchByFile(patch)) {
    const [file] = await readDiffInTurns(part);
    if (!file) continue;
    if (part.length <= room) sections.push({ path: file.path, patch: part });
    else {
      const ranges = await rangesOf(part, file, room, turn);
      cutLines += ranges.cutLines;
      sections.push(...ranges.texts.map((text) => ({ path: file.path, patch: text })));
    }
    await turn();
  }
  return { sections, cutLines };
}

/** The changes of one file in ranges of lines, each a patch of its own with the file's header. */
async function rangesOf(patch: string, { lines, breaks }: DiffFile, room: number, turn: Turn) {
  const head = patch.slice(0, patch.indexOf('\n@@ ') + 1);
  const longestLine = Math.max(80, Math.floor((room - head.length) / 2));
  const starts = new Set(breaks);
  const texts: string[] = [];
  let cutLines = 0;
  let [body, used]: [string[], number] = [[], 0];
  let run: { readonly from: readonly [number, number]; readonly lines: string[] } | null = null;
  let [oldAt, newAt] = [1, 1];
  const endRun = () => {
    if (run) body.push(hunkOf(run.from, run.lines));
    run = null;
  };
  const endText = () => {
    endRun();
    if (body.length > 0) texts.push(head + body.join(''));
    [body, used] = [[], 0];
  };
  for (const [index, { kind, text, oldLine, newLine }] of lines.entries()) {
    await turn();
    const isCut = text.length > longestLine;
    const shown = isCut ? `${text.slice(0, longestLine)} … [cut here]` : text;
    cutLines += isCut ? 1 : 0;
    if (used > 0 && head.length + used + shown.length > room) endText();
    else if (starts.has(index)) endRun();
    [oldAt, newAt] = [oldLine ?? oldAt, newLine ?? newAt];
    if (!run) used += longestHunkHead;
    run ??= { from: [oldAt, newAt], lines: [] };
    run.lines.push(`${signs[kind]}${shown}\n`);
    used += shown.length + 2;
    [oldAt, newAt] = [oldLine === null ? oldAt : oldLine + 1, newLine === null ? newAt : newLine + 1];
  }
  endText();
  // What has no lines, such as a binary patch, is shown as far as it goes.
  if (texts.length === 0) return { texts: [`${patch.slice(0, room)}\n… [cut here]\n`], cutLines: 1 };
  return { texts, cutLines };
}

const longestHunkHead = 50;
const signs = { added: '+', removed: '-', context: ' ' } as const;

function hunkOf([oldStart, newStart]: readonly [number, number], lines: readonly string[]): string {
  const removed = lines.filter((line) => !line.startsWith('+')).length;
  const added = lines.filter((line) => !line.startsWith('-')).length;
  return `@@ -${oldStart},${removed} +${newStart},${added} @@\n${lines.join('')}`;
}
