import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { version } from '../../../package.json';
import { auditOf, type ChangeAudit, type ChangeSource } from '../../compose/audit-change.ts';
import { auditJson } from '../../compose/audit-json.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { auditLines } from '../audit-text.ts';
import { type Command, flagValue, type Invocation, textValue } from '../command.ts';
import { sarifOf } from '../sarif.ts';
import { withWorkspace } from '../workspace.ts';

const usage = '[--staged | --base REF | --patch FILE] [--panel NAME,…] [--goal TEXT] [--usd N] [--sarif [--out FILE]]';

export const audit: Command = {
  name: 'audit',
  summary: 'Review a change that is already there: what is staged, a branch, a patch. Exits 3 on a major finding.',
  usage,
  options: {
    staged: { type: 'boolean' },
    base: { type: 'string' },
    patch: { type: 'string' },
    panel: { type: 'string' },
    goal: { type: 'string' },
    usd: { type: 'string' },
    sarif: { type: 'boolean' },
    out: { type: 'string' },
  },
  usesConfiguration: true,
  async run(invocation) {
    const source = await sourceOf(invocation);
    const options = { panel: panelOf(invocation), goal: textValue(invocation, 'goal'), usd: usdOf(invocation) };
    return withWorkspace(invocation, async (workspace) => {
      warnOfReviewers(invocation, workspace.reviewers.unapproved);
      const audited = await auditOf(workspace, source, options, invocation.signal);
      await tell(invocation, audited);
      const blocked = audited.verdict.type === 'revise' || audited.verdict.type === 'stop';
      return blocked ? exitCodes.rejected : exitCodes.done;
    });
  },
};

function refuse(problem: string): never {
  throw new EngineError({ code: 'arguments/invalid', problem, usage: `countersign audit ${usage}` });
}

async function sourceOf(invocation: Invocation): Promise<ChangeSource> {
  const { directory, positionals } = invocation;
  if (positionals.length > 0) refuse(`\`${positionals[0]}\` is not understood; name a patch with --patch.`);
  const base = textValue(invocation, 'base');
  const patch = textValue(invocation, 'patch');
  const chosen = [flagValue(invocation, 'staged'), base !== null, patch !== null].filter(Boolean);
  if (chosen.length > 1) refuse('Choose one of --staged, --base and --patch.');
  if (base !== null) return { type: 'base', name: base };
  if (patch === null) return { type: 'staged' };
  if (patch === '-') return { type: 'patch', text: await readAll(process.stdin), name: 'on standard input' };
  try {
    return { type: 'patch', text: await readFile(path.resolve(directory, patch), 'utf8'), name: path.basename(patch) };
  } catch (error) {
    return refuse(`${patch} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function panelOf(invocation: Invocation): readonly string[] | null {
  const text = textValue(invocation, 'panel');
  if (text === null) return null;
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return names.length > 0 ? names : refuse('--panel names no reviewer.');
}

function usdOf(invocation: Invocation): number | null {
  const text = textValue(invocation, 'usd');
  if (text === null) return null;
  const usd = Number(text);
  return text.trim() !== '' && Number.isFinite(usd) && usd >= 0
    ? usd
    : refuse(`--usd is \`${text}\`; it must be an amount.`);
}

function warnOfReviewers({ terminal }: Invocation, unapproved: readonly { readonly name: string }[]): void {
  if (unapproved.length === 0) return;
  const names = unapproved.map(({ name }) => name).join(', ');
  terminal.warn(`Reviewers of this workspace that are not approved, so not asked: ${names}.`);
}

async function tell({ terminal, directory, values }: Invocation, audited: ChangeAudit): Promise<void> {
  const out = typeof values.out === 'string' ? path.resolve(directory, values.out) : null;
  const { audit: said, staged } = audited;
  if (values.sarif !== true) {
    terminal.emit(auditJson(audited));
    for (const line of auditLines(audited)) terminal.print(line);
    return;
  }
  const anchor = staged.files[0]?.path ?? '.';
  const { findings, aside = [] } = said;
  const sarif = sarifOf({ version, findings, aside, anchor, revision: staged.tree });
  if (out === null) {
    terminal.emit(sarif);
    terminal.print(JSON.stringify(sarif, null, 2));
    return;
  }
  await writeFile(out, `${JSON.stringify(sarif, null, 2)}\n`);
  terminal.emit(auditJson(audited));
  for (const line of auditLines(audited)) terminal.print(line);
}
