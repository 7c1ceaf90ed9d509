import type { Context } from './context.ts';
import { gitFields } from './exec.ts';

export interface TreeFile {
  readonly mode: string;
  readonly object: string;
}

/** How one path differs between two trees; null stands for "no file". */
export interface TreeChange {
  readonly path: string;
  readonly before: TreeFile | null;
  readonly after: TreeFile | null;
}

/** Every path that differs, renames as a deletion and a creation. */
export async function treeChanges(context: Context, from: string, to: string): Promise<readonly TreeChange[]> {
  const fields = await gitFields(context.git, ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', from, to]);
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = '', newMode = '', oldObject = '', newObject = ''] = (fields[at] as string).slice(1).split(' ');
    changes.push({
      path: fields[at + 1] as string,
      before: fileOf(oldMode, oldObject),
      after: fileOf(newMode, newObject),
    });
  }
  return changes;
}

function fileOf(mode: string, object: string): TreeFile | null {
  return mode === '000000' ? null : { mode, object };
}
