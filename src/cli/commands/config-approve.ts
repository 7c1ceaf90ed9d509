import { approveWorkspace, loadWorkspaceConfig, type Unapproved } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { askYesNo } from '../ask.ts';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { table } from '../table.ts';

export const configApprove: Command = {
  name: 'config approve',
  summary: 'Show what this repository’s configuration and rules want to set, and let it count until it changes.',
  usage: '[--yes]',
  options: { yes: { type: 'boolean' } },
  usesConfiguration: false,
  async run(invocation) {
    const { flags, environment, terminal } = invocation;
    const { unapproved } = await loadWorkspaceConfig({
      directory: flags.repo,
      environment,
      configFile: flags.config,
    });
    if (unapproved.length === 0) {
      terminal.print('Every key of this repository’s configuration counts already.');
      terminal.emit({ type: 'approval', approved: false, file: null, hash: null, keys: [], values: {} });
      return exitCodes.done;
    }
    for (const file of unapproved) if (!(await approveFile(invocation, file))) return exitCodes.usage;
    return exitCodes.done;
  },
};

/** Resolves to whether the file counts now. */
async function approveFile(invocation: Invocation, unapproved: Unapproved): Promise<boolean> {
  const { environment, terminal, signal } = invocation;
  const { file, hash, keys, values } = unapproved;
  terminal.print(`${file} sets`);
  const rows = keys.map((key) => [key, JSON.stringify(values[key])]);
  for (const line of table(['key', 'value'], rows)) terminal.print(`  ${line}`);
  const question = 'Let this count until the file changes?';
  const asked = { input: process.stdin, output: process.stderr };
  const approved = flagValue(invocation, 'yes') || (await askYesNo(question, asked, signal));
  if (approved) await approveWorkspace(unapproved, environment);
  terminal.emit({ type: 'approval', approved: approved === true, file, hash, keys, values });
  if (approved === null) {
    const problem = 'Standard input is no terminal, so nobody can be asked. Read what is listed, then pass --yes.';
    throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign config approve --yes' });
  }
  terminal.print(approved ? 'Approved, here and in the editor.' : 'Nothing was approved.');
  return approved;
}
