import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** One content of one configuration file, as the user saw it. */
export interface Approved {
  readonly file: string;
  /** SHA-256 of the file's text. */
  readonly hash: string;
}

/** What the user approved of folders' configurations. Kept outside every repository, so that none can approve itself. */
export interface Approvals {
  isApproved(approval: Approved): boolean;
  approve(approval: Approved): Promise<void>;
}

function approvalsFile(environment: NodeJS.ProcessEnv): string {
  const base = environment.XDG_CONFIG_HOME || path.join(environment.HOME || os.homedir(), '.config');
  return path.join(base, 'countersign', 'approvals.json');
}

async function readApproved(file: string): Promise<readonly Approved[]> {
  try {
    const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(stored) ? stored.filter(isApproval) : [];
  } catch {
    // A file that is missing or cannot be read approves nothing: the user is asked again.
    return [];
  }
}

function isApproval(value: unknown): value is Approved {
  return typeof value === 'object' && value !== null && 'file' in value && 'hash' in value;
}

export async function openApprovals(environment: NodeJS.ProcessEnv): Promise<Approvals> {
  const file = approvalsFile(environment);
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
