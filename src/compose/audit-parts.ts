import { type AuditorOptions, createAuditor } from '../auditor/auditor.ts';
import type { Config } from '../domain/config.ts';
import { microsOfUsd } from '../domain/money.ts';
import type { ReviewerFile } from '../domain/reviewer-file.ts';
import type { Auditor } from '../engine/ports/auditor.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { matching } from '../patch/scope.ts';

export interface AuditParts {
  readonly config: Config;
  readonly treeAt: AuditorOptions['treeAt'];
  readonly ledger: Pick<Ledger, 'dismissals' | 'calibrations' | 'redact' | 'headroom'>;
  readonly reviewers: readonly ReviewerFile[];
}

/** The Auditor with what the configuration says and the store knows: dismissals, and how good each reviewer is here. */
export function auditorOf({ config, treeAt, ledger, reviewers }: AuditParts): Auditor {
  return createAuditor({
    treeAt,
    outputLimit: config.models.maxOutputTokens,
    redact(text) {
      const redacted = ledger.redact(text);
      return { text: redacted, count: redacted === text ? 0 : 1 };
    },
    matching,
    tests: config.checks.tests,
    reviewers,
    panel: config.auditor.panel ?? null,
    dismissals: () => ledger.dismissals(),
    confidenceOf: (component, model) =>
      ledger.calibrations().find((each) => each.live && each.component === component && each.model === model)
        ?.precision ?? null,
    calibrations: () => ledger.calibrations(),
    contextTokens: config.auditor.contextTokens,
    panelMicros(scope) {
      const { panelBudget } = config.auditor;
      const bounds = [ledger.headroom(scope).micros, panelBudget === undefined ? null : microsOfUsd(panelBudget)];
      const known = bounds.filter((bound) => bound !== null);
      return known.length === 0 ? null : Math.min(...known);
    },
  });
}
