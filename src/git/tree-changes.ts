import { EngineError } from '../domain/engine-error.ts';
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

/**
 * Every path that differs, renames as a deletion and a creation. Throws `repository/unsafe` for a tree that no git would
 * write: one made to lead out of the working tree or into `.git`.
 */
export async function treeChanges(context: Context, from: string, to: string): Promise<readonly TreeChange[]> {
  const fields = await gitFields(context.git, [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-renames',
    '--no-abbrev',
    from,
    to,
  ]);
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = '', newMode = '', oldObject = '', newObject = ''] = (fields[at] as string).slice(1).split(' ');
    const path = fields[at + 1] as string;
    if (!isPathInside(path)) {
      const detail = `a commit holds the path \`${path}\``;
      throw new EngineError({ code: 'repository/unsafe', directory: context.root, detail });
    }
    changes.push({
      path,
      before: fileOf(oldMode, oldObject),
      after: fileOf(newMode, newObject),
    });
  }
  return changes;
}

function fileOf(mode: string, object: string): TreeFile | null {
  return mode === '000000' ? null : { mode, object };
}

/** Characters that HFS+ leaves out when it compares names. */
const ignored = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

function isPathInside(path: string): boolean {
  return path.split('/').every((part) => {
    const name = part.replaceAll(ignored, '').toLowerCase();
    return name !== '' && name !== '.' && name !== '..' && !/^(?:\.git|git~\d+)[. ]*(?::.*)?$/.test(name);
  });
}
