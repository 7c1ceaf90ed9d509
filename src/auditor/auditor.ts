import type { Audit, Dismissal, Finding } from '../domain/audit.ts';
import type { Calibration } from '../domain/calibration.ts';
import type { ReviewerFile } from '../domain/reviewer-file.ts';
import type { Auditor, PanelRequest } from '../engine/ports/auditor.ts';
import type { Repository } from '../engine/ports/repository.ts';
import type { AttemptScope } from '../engine/ports/run.ts';
import { aggregate, needsAggregator } from './aggregate.ts';
import { findingOfCheckFlag } from './findings.ts';
import { groundsOf } from './ground.ts';
import { hear } from './hear.ts';
import { maskChange } from './mask.ts';
import { located, oneOpinionEach, unmetCriteria } from './opinions.ts';
import type { ReviewMaterial } from './prompts.ts';
import { readDiffInTurns } from './read-in-turns.ts';
import type { RuleMaterial } from './rules/rule.ts';
import { scanChange } from './scan.ts';
import { mostMinors, settle } from './settle.ts';
import { mapInTurns, takingTurns } from './turns.ts';

export interface AuditorOptions {
  readonly treeAt: Repository['tree'];
  /** Most output tokens of one reply. */
  readonly outputLimit: number;
  /** A text with its secrets taken out. */
  readonly redact: RuleMaterial['redact'];
  readonly matching: (globs: readonly string[]) => (path: string) => boolean;
  /** Globs of test files. */
  readonly tests: readonly string[];
  /** Reviewers of the workspace that were approved. */
  readonly reviewers: readonly ReviewerFile[];
  /** Named by the configuration for every phase; null leaves it to risk and category. */
  readonly panel: readonly string[] | null;
  readonly dismissals: () => readonly Dismissal[];
  /** Share of a reviewer's findings that were right when it was calibrated here; null without calibration. */
  readonly confidenceOf: (component: string, model: string) => number | null;
  readonly calibrations: () => readonly Calibration[];
  /** Most tokens of a change and its files in one request; a larger change goes in parts. */
  readonly contextTokens: number;
  /** Most that the panel may cost for this attempt, in micro-dollars; null where nothing bounds it. */
  readonly panelMicros: (scope: AttemptScope) => number | null;
}

export function createAuditor(options: AuditorOptions): Auditor {
  const isTest = options.matching(options.tests);
  return {
    async scan(spec, staged) {
      const diff = await readDiffInTurns(staged.patch);
      const paths = diff.flatMap(({ path, renamedFrom }) => [path, ...(renamedFrom ? [renamedFrom] : [])]);
      const [before, after] = await Promise.all(
        [staged.base, staged.commit].map((commit) => options.treeAt(commit).read(paths)),
      );
      const { include, exclude } = spec.scope;
      const [isIncluded, isExcluded] = [options.matching(include), options.matching(exclude)];
      return scanChange({
        spec,
        staged,
        diff,
        before: before ?? new Map(),
        after: after ?? new Map(),
        isTest,
        outOfScope: (all) => all.filter((path) => !isIncluded(path) || (exclude.length > 0 && isExcluded(path))),
        redact: options.redact,
      });
    },

    async review(request, signal) {
      const material = await materialOf(request, options);
      const diff = await readDiffInTurns(material.staged.patch);
      const grounds = await groundsOf(diff, material.files, material.checks);
      const own = [...request.scan.findings, ...request.checks.flags.map(findingOfCheckFlag)];
      const heard = await hear(request, material, options, signal);
      const opinions = [...(await mapInTurns(heard.opinions, (opinion) => located(opinion, grounds), takingTurns()))];
      const said = [...heard.findings, ...unmetCriteria(opinions)].map((finding) => withConfidence(finding, options));
      const { findings, aside } = await settle([...own, ...said], {
        diff,
        grounds,
        dismissed: options.dismissals(),
        mostMinors,
      });
      const resolved = await resolve(findings, request, options, signal);
      return {
        summary: heard.summary,
        findings: [...resolved.findings],
        aside: [...aside],
        panel: [...heard.panel, ...resolved.panel],
        opinions: [...oneOpinionEach(opinions)],
      };
    },
  };
}

async function materialOf({ task, staged, checks }: PanelRequest, options: AuditorOptions): Promise<ReviewMaterial> {
  const files = await options.treeAt(staged.commit).read(staged.files.map((file) => file.path));
  const paths = new Set(staged.files.map((file) => file.path));
  const known = options.dismissals().filter(({ file }) => file === null || paths.has(file));
  return { spec: task.spec, known, ...(await maskChange(staged, checks, files, options.redact)) };
}

function withConfidence(finding: Finding, { confidenceOf }: AuditorOptions): Finding {
  const confidence = finding.model === null ? null : confidenceOf(finding.component, finding.model);
  return confidence === null ? finding : { ...finding, confidence };
}

/** Asks the aggregator where reviewers contradict each other, and nobody where they do not. */
async function resolve(
  findings: readonly Finding[],
  { task, models }: PanelRequest,
  { outputLimit }: AuditorOptions,
  signal: AbortSignal,
): Promise<Pick<Audit, 'findings' | 'panel'>> {
  if (models === null || !needsAggregator(findings)) return { findings: [...findings], panel: [] };
  const model = models.aggregator();
  const resolved = await aggregate(findings, { model, scope: task.scope, outputLimit }, signal);
  return { findings: [...resolved.findings], panel: [resolved.member] };
}
