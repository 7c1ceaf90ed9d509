/** Audits of changes that no phase made: what is staged, a branch, a patch. What both faces call. */
import { flagsOf } from '../checks/fail-to-pass.ts';
import type { Workspace } from '../compose.ts';
import { reviewerNames } from '../config/reviewer-files.ts';
import { plural } from '../domain/describe-event.ts';
import { EngineError } from '../domain/engine-error.ts';
import { phaseSpecSchema } from '../domain/spec.ts';
import type { AuditedChange } from '../engine/audit-change.ts';
import type { ExistingChange } from '../git/stage-existing.ts';

/** Which change to audit. */
export type ChangeSource =
  | { readonly type: 'staged' }
  /** Name of a commit or branch. */
  | { readonly type: 'base'; readonly name: string }
  /** A patch in whatever form a model wrote it, to be put on HEAD. */
  | { readonly type: 'patch'; readonly text: string; readonly name: string };

export interface AuditOptions {
  /** Reviewers by name; null leaves it to the risk. */
  readonly panel: readonly string[] | null;
  /** What the change is to do; null where nobody said. */
  readonly goal: string | null;
  /** Most it may cost, in US dollars; null leaves it to the configuration. */
  readonly usd: number | null;
}

export interface ChangeAudit extends AuditedChange, ExistingChange {
  readonly title: string;
}

/** Throws `patch/changes-nothing` where there is nothing to look at, and what `stage` refuses. */
export async function auditOf(
  workspace: Workspace,
  source: ChangeSource,
  options: AuditOptions,
  signal: AbortSignal,
): Promise<ChangeAudit> {
  assertReviewers(workspace, options.panel);
  const title = titleOf(source);
  const spec = phaseSpecSchema.parse({
    id: 'audit',
    title,
    goal: options.goal ?? title,
    category: 'audit',
    auditor: options.panel === null ? {} : { panel: options.panel },
    budget: options.usd === null ? {} : { usd: options.usd },
  });
  const change = await changeOf(workspace, source, spec);
  const { staged, notShown } = change;
  const flags = flagsOf(spec, staged, workspace.config.config.checks.tests);
  const checks = { tree: staged.tree, results: [], flags: [...flags], sandbox: 'none', withheld: null } as const;
  const audited = await workspace.engine.audit(
    { spec, staged, checks: { ...checks, results: [], flags: [...flags] }, title },
    signal,
  );
  return { ...audited, staged, notShown, title };
}

function assertReviewers({ reviewers }: Workspace, panel: AuditOptions['panel']): void {
  const names = reviewerNames(reviewers);
  const unknown = (panel ?? []).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const problem = `There is no reviewer \`${unknown}\`; there are ${names.join(', ')}.`;
  throw new EngineError({
    code: 'arguments/invalid',
    problem,
    usage: 'countersign audit --panel correctness,security',
  });
}

function titleOf(source: ChangeSource): string {
  switch (source.type) {
    case 'staged':
      return 'Audit what is staged';
    case 'base':
      return `Audit what is new since ${source.name}`;
    case 'patch':
      return `Audit the patch ${source.name}`;
  }
}

async function changeOf(
  { repository }: Workspace,
  source: ChangeSource,
  spec: Parameters<typeof repository.stage>[0]['spec'],
): Promise<ExistingChange> {
  if (source.type === 'patch') {
    const { commit: base } = await repository.head();
    const scope = { runId: 'audit', tierId: null, phaseId: spec.id, attempt: 1 };
    const staged = await repository.stage({ scope, spec, reply: source.text, base });
    if (!staged.ok) throw new EngineError(staged.fault);
    return { staged: staged.value, notShown: [] };
  }
  const found = await (source.type === 'staged' ? repository.stagedInIndex() : repository.sinceBase(source.name));
  if (!found.ok) throw new EngineError(found.fault);
  return found.value;
}

/** Such as `2 files are not shown to reviewers: logo.png (no text), …`; null where all of the change is shown. */
export function describeNotShown(notShown: ExistingChange['notShown']): string | null {
  if (notShown.length === 0) return null;
  const named = notShown.slice(0, 10).map(({ path, why }) => `${path} (${why})`);
  const more = notShown.length > named.length ? ', …' : '';
  return `Not read: ${plural(notShown.length, 'file', 'files')}: ${named.join(', ')}${more}.`;
}
