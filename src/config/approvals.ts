import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Approval, userConfigDirectory } from './load-config.ts';

/**
 * What the user approved of workspaces' configurations, in the editor or on the command line. Kept outside every
 * repository, so that none can approve itself.
 */
export interface Approvals {
  isApproved(approval: Approval): boolean;
  /** From now on, until the file's content changes. */
  approve(approval: Approval): Promise<void>;
}

async function readApproved(file: string): Promise<readonly Approval[]> {
  try {
    const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(stored) ? stored.filter(isApproval) : [];
  } catch {
    // A file that is missing or cannot be read approves nothing: the user is asked again.
    return [];
  }
}

function isApproval(value: unknown): value is Approval {
  return typeof value === 'object' && value !== null && 'file' in value && 'hash' in value;
}

export async function openApprovals(environment: NodeJS.ProcessEnv): Promise<Approvals> {
  const file = path.join(userConfigDirectory(environment), 'approvals.json');
  const approved = await readApproved(file);
  return {
    isApproved: (wanted) => approved.some((entry) => entry.file === wanted.file && entry.hash === wanted.hash),
    async approve({ file: of, hash }) {
      const others = (await readApproved(file)).filter((entry) => entry.file !== of);
      await mkdir(path.dirname(file), { recursive: true });
      const partial = `${file}.${process.pid}`;
      await writeFile(partial, `${JSON.stringify([...others, { file: of, hash }], null, 2)}\n`, { mode: 0o600 });
      await rename(partial, file);
    },
  };
}
