import { riskWord } from '../../contract/state-words.ts';
import { localize } from '../../contract/words.ts';
import { describeFindings } from '../../domain/describe-event.ts';
import { formatCost } from '../../domain/money.ts';
import type { Answering } from './answering.ts';
import { item, plainText } from './words.ts';

/** Audits what is staged. What the user wrote is what the change is meant to do. */
export async function auditInChat({ session, prompt, say, signal }: Answering): Promise<void> {
  const { auditOf, describeNotShown } = await import('../../compose/audit-change.ts');
  say.progress(localize('Auditing what is staged'));
  const options = { panel: null, goal: prompt === '' ? null : prompt, usd: null };
  const told = await session.run((opened) => auditOf(opened, { type: 'staged' }, options, signal));
  const { audit, risk, spend, runId, notShown } = told;
  say.markdown(localize('Audit: {0}, risk {1}.\n\n', describeFindings(audit.findings, localize), riskWord(risk.level)));
  for (const { severity, file, line, claim } of audit.findings) {
    const place = file === null ? '' : ` ${file}${line === null ? '' : `:${line}`}`;
    say.markdown(item(`${severity}${place}: ${claim}`));
  }
  const unread = describeNotShown(notShown);
  if (unread !== null) say.markdown(`${plainText(unread)}\n\n`);
  say.markdown(
    runId === null
      ? localize('No model was asked.')
      : localize('Cost {0}.', plainText(formatCost(spend.cost, localize))),
  );
}
