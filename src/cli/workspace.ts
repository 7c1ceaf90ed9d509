import { type OpenOptions, openWorkspace, type Workspace } from '../compose.ts';
import type { Invocation } from './command.ts';
import type { Terminal } from './terminal.ts';

/** Opens the repository a command works on and tells the person what they must know of it. */
export async function withWorkspace<Outcome>(
  invocation: Invocation,
  use: (workspace: Workspace) => Promise<Outcome>,
  options: Partial<OpenOptions> = {},
): Promise<Outcome> {
  const { flags, environment, terminal, signal } = invocation;
  const workspace = await openWorkspace({
    directory: flags.repo,
    environment,
    configFile: flags.config,
    trust: flags.trustWorkspace ? 'all' : 'approved',
    signal,
    holder: 'the command line',
    logsEvents: terminal.verbose,
    onWarning: (sentence) => terminal.warn(sentence),
    ...options,
  });
  try {
    for (const sentence of workspace.notices) terminal.warn(sentence);
    if (invocation.usesConfiguration) warnOfUnapproved(workspace, terminal);
    return await use(workspace);
  } finally {
    await workspace.close();
  }
}

const howToApprove = 'Read it, then run `countersign config approve`, or pass --trust-workspace for this once.';

function warnOfUnapproved({ config: { unapproved } }: Workspace, terminal: Terminal): void {
  for (const { file, keys } of unapproved) {
    terminal.warn(`${file} sets ${keys.join(', ')}: not approved, so not used. ${howToApprove}`);
  }
}

/** `RUN` or `RUN/PHASE`, as commands take them. */
export function splitSelector(selector: string): { readonly run: string; readonly phase: string | null } {
  const slash = selector.indexOf('/');
  return slash === -1
    ? { run: selector, phase: null }
    : { run: selector.slice(0, slash), phase: selector.slice(slash + 1) };
}
