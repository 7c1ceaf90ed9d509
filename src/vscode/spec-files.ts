import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Workspace } from '../compose.ts';
import { localize } from '../contract/words.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { faultOf } from '../domain/engine-error.ts';
import { titleOf } from '../domain/spec.ts';

export interface SpecFile {
  readonly file: string;
  readonly kind: 'phase' | 'plan';
  readonly title: string;
  /** First line of its goal, or what is wrong with it. */
  readonly detail: string;
  readonly valid: boolean;
}

const isSpec = (name: string) => /\.(ya?ml|json)$/.test(name);

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder))
      .filter(isSpec)
      .sort()
      .map((name) => path.join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Phase specs, then plans, as a folder has them. */
export async function specFilesIn(workspace: Workspace, directory: string): Promise<readonly SpecFile[]> {
  const own = path.join(directory, '.countersign');
  const [phases, plans] = await Promise.all([
    listFolder(path.join(own, 'phases')),
    listFolder(path.join(own, 'plans')),
  ]);
  return Promise.all([
    ...phases.map((file) => read(workspace, file, 'phase')),
    ...plans.map((file) => read(workspace, file, 'plan')),
  ]);
}

async function read(workspace: Workspace, file: string, kind: SpecFile['kind']): Promise<SpecFile> {
  try {
    const { plan, isPlan } = await workspace.readNamedFiles([file], path.dirname(file));
    const spec = plan.tiers[0]?.phases[0];
    const goal = isPlan || !spec ? plan.goal : spec.goal;
    const title = isPlan || !spec ? plan.goal : titleOf(spec);
    const phases = plan.tiers.reduce((sum, tier) => sum + tier.phases.length, 0);
    const detail = isPlan ? localize('{0} phases', phases) : (goal.trim().split('\n', 1)[0] as string);
    return { file, kind, title: title.trim().split('\n', 1)[0] as string, detail, valid: true };
  } catch (error) {
    const { message } = describeFault(faultOf(error), localize);
    return { file, kind, title: path.basename(file), detail: withoutFile(message, file), valid: false };
  }
}

/** The row names the file already. */
function withoutFile(message: string, file: string): string {
  const rest = message.startsWith(file) ? message.slice(file.length).replace(/^[:,]\s*/, '') : message;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
