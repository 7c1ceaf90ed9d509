import type { PatchFlag } from '../domain/patch.ts';
import { addedLines, type FormattedChange } from './format-patch.ts';
import { changesPackageScripts, protectedPath } from './path-policy.ts';
import { flagsOfLine } from './text-flags.ts';

const mostPerFile = 50;

/** Everything about some changes that must reach a person, whatever else is found. */
export function flagChanges(changes: readonly FormattedChange[]): PatchFlag[] {
  return changes.flatMap((change) => [...pathFlags(change), ...modeFlags(change), ...textFlags(change)]);
}

function pathFlags(change: FormattedChange): PatchFlag[] {
  const flags: PatchFlag[] = [];
  for (const path of new Set([change.path, change.renamedFrom ?? change.path])) {
    const reason = protectedPath(path);
    if (reason) flags.push({ kind: 'protected-path', file: path, line: null, detail: reason });
  }
  if (flags.length === 0 && changesPackageScripts(change.path, change.before, change.after)) {
    const detail = 'It changes what package managers and hooks run.';
    flags.push({ kind: 'protected-path', file: change.path, line: null, detail });
  }
  return flags;
}

function modeFlags(change: FormattedChange): PatchFlag[] {
  const modeBefore = change.before === null ? '100644' : (change.modeBefore ?? change.mode);
  if (change.after === null || modeBefore === change.mode) return [];
  const detail = change.mode === '100755' ? 'The file becomes executable.' : 'The file is executable no longer.';
  return [{ kind: 'mode-change', file: change.path, line: null, detail }];
}

function textFlags(change: FormattedChange): PatchFlag[] {
  if (change.after === null) return [];
  const flags: PatchFlag[] = [];
  for (const { line, text } of addedLines(change.before ?? '', change.after)) {
    flags.push(...flagsOfLine(text, change.path, line + 1));
    if (flags.length >= mostPerFile) break;
  }
  return flags;
}
