import type { SourceTree } from '../engine/ports/repository.ts';
import type { Context, TreeEntry } from './context.ts';
import { gitFields } from './exec.ts';
import { readObjects } from './read-objects.ts';

const defaultFileLimit = 1024 * 1024;

/** The files of one commit, listed once and read in one go. Files over the limit, binary ones and links are left out. */
export function sourceTree(context: Context, commit: string): SourceTree {
  let listed: Promise<ReadonlyMap<string, TreeEntry>> | undefined;
  const entries = () => {
    listed ??= listTree(context, commit).then(
      (all) => new Map(all.filter(isRegular).map((entry) => [entry.path, entry])),
    );
    return listed;
  };
  return {
    commit,
    async paths() {
      return [...(await entries()).keys()].sort();
    },
    async read(paths) {
      const known = listed ? await entries() : await entriesAt(context, commit, paths);
      const wanted = [...new Set(paths)].flatMap((path) => known.get(path) ?? []);
      const limit = context.options.fileLimit ?? defaultFileLimit;
      const contents = await readObjects(
        context.git,
        wanted.map((entry) => entry.object),
        limit,
      );
      const texts = new Map<string, string>();
      for (const entry of wanted) {
        const text = textOf(contents.get(entry.object));
        if (text !== null) texts.set(entry.path, text);
      }
      return texts;
    },
  };
}

const listingsKept = 2;

/** Every file of a commit, also links and submodules. A name that is not UTF-8 comes out damaged and matches no patch. */
export function listTree(context: Context, commit: string): Promise<readonly TreeEntry[]> {
  const { listings } = context;
  const known = listings.get(commit);
  if (known) return known;
  const words = ['ls-tree', '-r', '-z', '--full-tree', commit];
  const listing = gitFields(context.git, words).then((fields) => fields.map(parseEntry));
  listings.set(commit, listing);
  listing.catch(() => listings.delete(commit));
  for (const old of [...listings.keys()].slice(0, -listingsKept)) listings.delete(old);
  return listing;
}

/** What a tree holds at these paths: a file, a link (120000), a submodule (160000) or a folder (040000). */
export async function entriesAt(
  context: Context,
  tree: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, TreeEntry>> {
  const found = new Map<string, TreeEntry>();
  const unique = [...new Set(paths)].filter((path) => path !== '' && !path.includes('\0'));
  for (let at = 0; at < unique.length; at += 500) {
    const words = ['ls-tree', '-z', '--full-tree', tree, '--', ...unique.slice(at, at + 500)];
    for (const entry of (await gitFields(context.git, words)).map(parseEntry)) found.set(entry.path, entry);
  }
  return found;
}

export function isRegular(entry: TreeEntry): boolean {
  return entry.mode === '100644' || entry.mode === '100755';
}

/** UTF-8 text, or null for what is not text. */
export function textOf(content: Buffer | undefined): string | null {
  if (!content || content.subarray(0, 8000).includes(0)) return null;
  const text = content.toString('utf8');
  return Buffer.from(text, 'utf8').equals(content) ? text : null;
}

function parseEntry(field: string): TreeEntry {
  const tab = field.indexOf('\t');
  const [mode = '', , object = ''] = field.slice(0, tab).split(' ');
  return { mode, object, path: field.slice(tab + 1) };
}
