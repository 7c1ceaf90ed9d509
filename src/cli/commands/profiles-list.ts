import { listProfiles } from '../../compose/training/training-profiles.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Command } from '../command.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

export const profilesList: Command = {
  name: 'profiles list',
  summary: 'List the forms that training data can be given, built in and of this workspace.',
  usage: '',
  options: {},
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async ({ repository: { root } }) => {
      const { terminal, environment, flags } = invocation;
      const trust = flags.trustWorkspace ? 'all' : 'approved';
      const profiles = await listProfiles({ root, environment, trust });
      terminal.emit({
        type: 'profiles',
        profiles: profiles.map(({ name, from, summary, file }) => ({ name, from, summary, file: file?.file ?? null })),
      });
      const rows = profiles.map(({ name, from, summary, file }) => [name, from, summary ?? file?.file ?? '']);
      for (const line of table(['name', 'from', 'what it does'], rows)) terminal.print(line);
      return exitCodes.done;
    }),
};
