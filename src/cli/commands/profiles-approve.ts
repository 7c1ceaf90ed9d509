import { listProfiles } from '../../compose/training/training-profiles.ts';
import { approveWorkspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { askYesNo } from '../ask.ts';
import { type Command, flagValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

export const profilesApprove: Command = {
  name: 'profiles approve',
  summary: 'Show the profile programs that this repository brings, and let them be run until their files change.',
  usage: '[--yes]',
  options: { yes: { type: 'boolean' } },
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async ({ repository: { root } }) => {
      const { terminal, environment, signal } = invocation;
      const listed = await listProfiles({ root, environment, trust: 'approved' });
      const waiting = listed.flatMap(({ from, file }) => (from === 'not approved' && file ? [file] : []));
      if (waiting.length === 0) terminal.print('No profile waits for your approval.');
      const approved: string[] = [];
      for (const { name, file, hash, source } of waiting) {
        terminal.print(`${file}:`);
        for (const line of source.trimEnd().split('\n')) terminal.print(`  ${line}`);
        const streams = { input: process.stdin, output: process.stderr };
        const answer =
          flagValue(invocation, 'yes') ||
          (await askYesNo('Let this program run, in a process of its own, until its file changes?', streams, signal));
        if (answer === null) {
          const problem =
            'Standard input is no terminal, so nobody can be asked. Read what is listed, then pass --yes.';
          throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign profiles approve --yes' });
        }
        if (!answer) continue;
        await approveWorkspace({ file, hash }, environment);
        approved.push(name);
      }
      terminal.emit({ type: 'profiles-approved', approved });
      for (const name of approved) terminal.print(`approved ${name}`);
      return exitCodes.done;
    }),
};
