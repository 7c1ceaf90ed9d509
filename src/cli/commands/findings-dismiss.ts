import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, textValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'FINGERPRINT --reason WHY';

export const findingsDismiss: Command = {
  name: 'findings dismiss',
  summary: 'Say why a finding is no matter here: it is set aside from now on, wherever its lines move.',
  usage,
  options: { reason: { type: 'string' } },
  usesConfiguration: false,
  run(invocation) {
    const reason = textValue(invocation, 'reason')?.trim() ?? '';
    const [selector = '', ...more] = invocation.positionals;
    if (selector.length < 4 || more.length > 0)
      refuse('Name one finding by its fingerprint, or by four or more of its first characters.');
    if (reason === '') refuse('A dismissal needs a reason: whoever meets it later must know why.');
    return withWorkspace(invocation, async ({ ledger }) => {
      const found = ledger.finding(selector);
      if (!found) refuse(`No finding is named \`${selector}\`, or more than one is.`);
      if (found.category === 'auditor-error') refuse('That a reviewer gave no verdict cannot be dismissed.');
      const { fingerprint, category, file, claim } = found;
      const dismissal = { fingerprint, category, file, claim, reason, at: new Date().toISOString() };
      ledger.dismiss(dismissal);
      invocation.terminal.emit({ type: 'dismissed', ...dismissal });
      invocation.terminal.print(`dismissed ${fingerprint}: ${claim}`);
      return exitCodes.done;
    });
  },
};

function refuse(problem: string): never {
  throw new EngineError({ code: 'arguments/invalid', problem, usage: `countersign findings dismiss ${usage}` });
}
