import { newId } from './context.ts';

/** Why a commit is kept: its branch stood there before something landed, or was taken back from there. */
export type KeptKind = 'before' | 'undone';

const folders: Readonly<Record<KeptKind, string>> = {
  before: 'refs/countersign/save/',
  undone: 'refs/countersign/undone/',
};
/** Where such refs are. */
export const keptFolders: readonly string[] = Object.values(folders);

/** A new ref that names the branch it was made for and sorts by time. */
export function keptRef(kind: KeptKind, branch: string): string {
  return `${folders[kind]}${branch.replace('refs/heads/', '')}/@${newId()}`;
}

export interface KeptName {
  readonly kind: KeptKind;
  readonly id: string;
  readonly branch: string;
  /** ISO 8601, UTC: when the ref was made. */
  readonly at: string;
}

/** What the name of such a ref says; null for any other. */
export function readKeptRef(ref: string): KeptName | null {
  const [, folder, branch, id = '', year, month, day, hour, minute, second, fraction] =
    /^(refs\/countersign\/(?:save|undone)\/)(.+)\/@((\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-(\d{3})Z-[0-9a-f]{8})$/.exec(
      ref,
    ) ?? [];
  if (!branch) return null;
  return {
    kind: folder === folders.before ? 'before' : 'undone',
    id,
    branch: `refs/heads/${branch}`,
    at: `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}Z`,
  };
}
