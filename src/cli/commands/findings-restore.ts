import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Command } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

export const findingsRestore: Command = {
  name: 'findings restore',
  summary: 'Take a dismissal back: the finding counts again.',
  usage: 'FINGERPRINT',
  options: {},
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async ({ ledger }) => {
      const [selector = ''] = invocation.positionals;
      const known = ledger
        .dismissals()
        .filter(({ fingerprint }) => selector !== '' && fingerprint.startsWith(selector));
      const [found] = known;
      if (!found || known.length > 1) {
        const problem = `No dismissed finding is named \`${selector}\`, or more than one is.`;
        throw new EngineError({
          code: 'arguments/invalid',
          problem,
          usage: 'countersign findings restore FINGERPRINT',
        });
      }
      ledger.takeBackDismissal(found.fingerprint);
      invocation.terminal.emit({ type: 'restored', ...found });
      invocation.terminal.print(`restored ${found.fingerprint}: ${found.claim}`);
      return exitCodes.done;
    }),
};
