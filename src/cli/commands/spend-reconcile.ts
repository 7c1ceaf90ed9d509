import path from 'node:path';
import { reconcileFile } from '../../compose/reconcile-file.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { reconcileLines } from '../reconcile-text.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'countersign spend reconcile FILE.csv [--provider NAME] [--tolerance PERCENT]';
/** Less than a cent is no difference. */
const leastMicros = 10_000;

export const spendReconcile: Command = {
  name: 'spend reconcile',
  summary: "Hold a provider's export of costs or usage (CSV) against the calls kept here; exits 3 where they differ.",
  usage: 'FILE.csv [--provider NAME] [--tolerance PERCENT]',
  options: { provider: { type: 'string' }, tolerance: { type: 'string' } },
  usesConfiguration: false,
  run: (invocation) => {
    const { terminal, positionals, directory } = invocation;
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) {
      throw new EngineError({ code: 'arguments/invalid', problem: 'Name one CSV file.', usage });
    }
    const percent = toleranceOf(invocation);
    return withWorkspace(invocation, async ({ ledger }) => {
      const tolerance = { share: percent / 100, micros: leastMicros };
      const provider = textValue(invocation, 'provider');
      const found = await reconcileFile(ledger, path.resolve(directory, file), { tolerance, provider });
      terminal.emit({ type: 'reconcile', file, tolerancePercent: percent, ...found });
      for (const line of reconcileLines(found, percent)) terminal.print(line);
      return found.matches ? exitCodes.done : exitCodes.rejected;
    });
  },
};

function toleranceOf(invocation: Invocation): number {
  const text = textValue(invocation, 'tolerance') ?? '1';
  const percent = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (percent >= 0 && percent <= 100) return percent;
  const problem = `--tolerance is \`${text}\`; it must be a percentage from 0 to 100.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage });
}
