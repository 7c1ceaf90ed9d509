import type { Repair } from '../domain/patch.ts';
import type { FileView } from './file-view.ts';
import type { FileSection } from './patch-set.ts';

/** How far a written path is from the one it was taken for. A guess needs content that fits exactly. */
export type PathCertainty = 'exact' | 'prefix' | 'guess';

export type Target =
  | { readonly action: 'create'; readonly path: string }
  | { readonly action: 'modify'; readonly path: string; readonly certainty: PathCertainty }
  | { readonly action: 'delete'; readonly path: string; readonly certainty: PathCertainty }
  | { readonly action: 'rename' | 'copy'; readonly from: string; readonly path: string };

export interface Resolved {
  readonly target: Target | null;
  /** Why there is no target. */
  readonly problem: string | null;
  /** Every path the section names, freed of prefixes: what the policy looks at even where nothing resolves. */
  readonly named: readonly string[];
  readonly repairs: readonly Repair[];
}

const conventional = /^(?:[abciow12]|old|new|orig|original|before|after|left|right|prev|current)\//;
const backupSuffix = /(?:\.(?:orig|old|bak|new|modified|before|after|updated)|~)$/;

/** Whether paths bear the `a/` and `b/` of diffs: asked of a whole patch, because a folder may be called `b`. */
export function usesPrefixes(sections: readonly FileSection[]): boolean {
  return sections
    .filter((section) => section.envelope === 'unified')
    .every((section) => {
      const { oldPath, newPath } = section;
      const fits = (path: string | null | undefined, prefix: RegExp): boolean => path == null || prefix.test(path);
      return (
        fits(oldPath, /^(?:[aicw1]|old|orig|original|before|left)\//) && fits(newPath, /^(?:[biwo2]|new|after|right)\//)
      );
    });
}

/** `./`, and the separators of Windows, as git writes a path. */
function tidy(path: string): string {
  const forward = path.includes('\\') && !path.startsWith('\\') ? path.replaceAll('\\', '/') : path;
  return forward.replace(/^(?:\.\/)+/, '');
}

function bare(path: string, prefixes: boolean): string {
  const tidied = tidy(path);
  return prefixes && conventional.test(tidied) ? tidy(tidied.slice(tidied.indexOf('/') + 1)) : tidied;
}

/** Finds the file a section means among the known ones. */
export function resolveSection(section: FileSection, files: FileView, prefixes: boolean): Resolved {
  const written = writtenPaths(section);
  const unified = section.envelope === 'unified';
  const strip = unified && prefixes;
  const named = [
    ...new Set([section.renameFrom, section.renameTo, ...written.all].flatMap((path) => (path == null ? [] : [path]))),
  ];
  const bares = named.map((path) => bare(path, strip && path !== section.renameFrom && path !== section.renameTo));
  const base = { named: bares };
  const done = (target: Target | null, problem: string | null, repairs: readonly Repair[] = []): Resolved => ({
    ...base,
    target,
    problem,
    repairs,
  });

  if (section.renameTo !== null) return resolveRename(section, files, strip, done);
  const old = written.old === null || written.old === undefined ? null : bare(written.old, strip);
  const now = written.now === null || written.now === undefined ? null : bare(written.now, strip);
  if (old === null && now === null) return done(null, 'The patch names no file.');
  if (section.created && now !== null && written.old === null) return done({ action: 'create', path: now }, null);
  if (section.created && now !== null && old === now) return done({ action: 'create', path: now }, null);
  if (section.deleted || written.now === null)
    return resolveDeletion(old ?? now ?? '', written.old ?? written.now ?? '', files, done);
  if (old !== null && now !== null && old !== now) return resolveDifferent(section, old, now, files, done);
  return resolveModified(section, now ?? old ?? '', written.now ?? written.old ?? '', files, done);
}

type Done = (target: Target | null, problem: string | null, repairs?: readonly Repair[]) => Resolved;

interface Written {
  readonly old: string | null | undefined;
  readonly now: string | null | undefined;
  readonly all: readonly (string | null | undefined)[];
}

/** The paths of `---` and `+++`, or of `diff --git` where those are missing. */
function writtenPaths(section: FileSection): Written {
  const { oldPath, newPath, gitPaths } = section;
  const all = [oldPath, newPath, gitPaths?.old, gitPaths?.new];
  if (oldPath === undefined && newPath === undefined) {
    if (section.created) return { old: null, now: gitPaths?.new, all };
    if (section.deleted) return { old: gitPaths?.old, now: null, all };
    return { old: gitPaths?.old, now: gitPaths?.new, all };
  }
  if (section.created && oldPath === undefined) return { old: null, now: newPath, all };
  return { old: oldPath, now: newPath, all };
}

function resolveRename(section: FileSection, files: FileView, strip: boolean, done: Done): Resolved {
  const verb = section.copied ? 'copy' : 'rename';
  const to = tidy(section.renameTo ?? '');
  const from = tidy(section.renameFrom ?? bare(section.oldPath ?? section.gitPaths?.old ?? '', strip));
  if (!files.paths.has(from)) {
    const stripped = from.replace(conventional, '');
    const target = to.replace(conventional, '');
    if (conventional.test(from) && conventional.test(to) && files.paths.has(stripped)) {
      return done({ action: verb, from: stripped, path: target }, null);
    }
    return done(null, `There is no file \`${from}\` to ${verb}.`);
  }
  if (from === to) return done({ action: 'modify', path: from, certainty: 'exact' }, null);
  return done({ action: verb, from, path: to }, null);
}

function resolveDeletion(path: string, written: string, files: FileView, done: Done): Resolved {
  for (const each of [path, tidy(written)]) {
    if (files.paths.has(each)) return done({ action: 'delete', path: each, certainty: 'exact' }, null);
  }
  return done(null, `There is no file \`${path}\` to delete.`);
}

/** Two different names: a rename if git's line says so too, a backup's name beside the real one, else nothing certain. */
function resolveDifferent(section: FileSection, old: string, now: string, files: FileView, done: Done): Resolved {
  const git = section.gitPaths;
  const oldKnown = files.paths.has(old);
  const newKnown = files.paths.has(now);
  if (git && oldKnown && !newKnown && git.old.endsWith(old) && git.new.endsWith(now)) {
    return done({ action: 'rename', from: old, path: now }, null);
  }
  const plainOld = old.replace(backupSuffix, '').replace(conventional, '');
  const plainNew = now.replace(backupSuffix, '').replace(conventional, '');
  for (const path of new Set([plainOld, plainNew, old, now])) {
    const same = plainOld === plainNew || old.endsWith(`/${path}`) || now.endsWith(`/${path}`);
    const alone = path === old ? !newKnown : path === now ? !oldKnown : true;
    if (same && alone && files.paths.has(path)) {
      const detail = `\`${old}\` and \`${now}\` were taken for one file.`;
      return done({ action: 'modify', path, certainty: 'guess' }, null, [
        { kind: 'path', file: path, hunk: null, detail },
      ]);
    }
  }
  return done(null, `The patch names \`${old}\` and \`${now}\`, and does not say that one is renamed to the other.`);
}

function resolveModified(section: FileSection, path: string, written: string, files: FileView, done: Done): Resolved {
  const repaired = (found: string, certainty: PathCertainty): Resolved => {
    const detail = `The patch names \`${written}\`.`;
    return done({ action: 'modify', path: found, certainty }, null, [
      { kind: 'path', file: found, hunk: null, detail },
    ]);
  };
  const raw = tidy(written);
  if (files.paths.has(path)) return done({ action: 'modify', path, certainty: 'exact' }, null);
  if (files.paths.has(raw)) return done({ action: 'modify', path: raw, certainty: 'exact' }, null);
  const other = raw.replace(conventional, '');
  if (other !== raw && files.paths.has(other)) return repaired(other, 'prefix');
  const guesses = guessPaths(path, files);
  const creates =
    section.content !== null ||
    section.hunks.every((hunk) => hunk.lines.every((line) => line.sign === '+' || line.text === ''));
  if (creates) {
    if (guesses.length === 0) return done({ action: 'create', path }, null);
    return done(
      null,
      `There is no file \`${path}\`, but there is ${guesses.map((guess) => `\`${guess}\``).join(', ')}.`,
    );
  }
  if (guesses.length === 1) return repaired(guesses[0]!, 'guess');
  if (guesses.length > 1)
    return done(
      null,
      `\`${path}\` may be any of ${guesses
        .slice(0, 5)
        .map((guess) => `\`${guess}\``)
        .join(', ')}.`,
    );
  return done(null, `There is no file \`${path}\`.`);
}

/** The known files a wrong path may mean: folders too many before it, too few, or another case. */
function guessPaths(path: string, files: Pick<FileView, 'paths'>): string[] {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const shorter = path.slice(slash + 1);
    if (files.paths.has(shorter)) return [shorter];
  }
  const longer: string[] = [];
  const folded: string[] = [];
  const lower = path.toLowerCase();
  for (const known of files.paths) {
    if (known.endsWith(`/${path}`)) longer.push(known);
    else if (known.length === path.length && known.toLowerCase() === lower) folded.push(known);
  }
  return longer.length > 0 ? longer : folded;
}
