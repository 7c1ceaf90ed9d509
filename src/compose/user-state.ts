import os from 'node:os';
import path from 'node:path';

/** `$XDG_STATE_HOME/countersign`: what one user's processes share over all folders. */
export function userStateDirectory(environment: NodeJS.ProcessEnv): string {
  const named = environment.XDG_STATE_HOME;
  // A relative one is to be ignored, as the convention has it: it would be another place in every folder.
  const base = named && path.isAbsolute(named) ? named : path.join(environment.HOME || os.homedir(), '.local', 'state');
  return path.join(base, 'countersign');
}
