import { examineSetup, type SetupFinding } from '../../compose/examine-setup.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue } from '../command.ts';

const marks: Record<SetupFinding['state'], string> = { good: 'good', warning: 'look', bad: 'bad ' };

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check that everything Countersign needs is there; mend what a killed process left.',
  usage: '[--clean]',
  options: { clean: { type: 'boolean' } },
  usesConfiguration: false,
  async run(invocation) {
    const { flags, environment, terminal, signal } = invocation;
    const findings = await examineSetup({
      directory: flags.repo,
      environment,
      configFile: flags.config,
      trust: flags.trustWorkspace ? 'all' : 'approved',
      signal,
      clean: flagValue(invocation, 'clean'),
    });
    terminal.emit({ type: 'doctor', findings });
    for (const { state, about, message, remedy, snippet } of findings) {
      terminal.print(`${marks[state]}  ${about}: ${message}`);
      if (remedy) terminal.print(`      ${remedy}`);
      if (snippet) terminal.print(snippet.trimEnd().replace(/^/gm, '        '));
    }
    return findings.some((finding) => finding.state === 'bad') ? exitCodes.environment : exitCodes.done;
  },
};
