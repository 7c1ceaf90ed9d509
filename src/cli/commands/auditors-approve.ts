import { readFile } from 'node:fs/promises';
import { approveWorkspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { askYesNo } from '../ask.ts';
import { type Command, flagValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

export const auditorsApprove: Command = {
  name: 'auditors approve',
  summary: 'Show the reviewers that this repository brings, and let them be asked until their files change.',
  usage: '[--yes]',
  options: { yes: { type: 'boolean' } },
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async ({ reviewers }) => {
      const { terminal, environment, signal } = invocation;
      if (reviewers.unapproved.length === 0) terminal.print('No reviewer waits for your approval.');
      const approved: string[] = [];
      for (const { name, file, hash } of reviewers.unapproved) {
        terminal.print(`${file}:`);
        for (const line of (await readFile(file, 'utf8')).trimEnd().split('\n')) terminal.print(`  ${line}`);
        const streams = { input: process.stdin, output: process.stderr };
        const answer =
          flagValue(invocation, 'yes') ||
          (await askYesNo('Ask this reviewer until its file changes?', streams, signal));
        if (answer === null) {
          const problem =
            'Standard input is no terminal, so nobody can be asked. Read what is listed, then pass --yes.';
          throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign auditors approve --yes' });
        }
        if (!answer) continue;
        await approveWorkspace({ file, hash }, environment);
        approved.push(name);
      }
      terminal.emit({ type: 'auditors-approved', approved });
      for (const name of approved) terminal.print(`approved ${name}`);
      return exitCodes.done;
    }),
};
