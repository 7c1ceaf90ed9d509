import type { Audit, CriterionOpinion, Dismissal, Finding, PanelMember } from '../domain/audit.ts';
import type { ReviewerFile } from '../domain/reviewer-file.ts';
import type { Auditor, PanelModels, PanelRequest, Repository } from '../engine/ports.ts';
import { aggregate, needsAggregator } from './aggregate.ts';
import { findingOfCheckFlag, withFingerprint } from './findings.ts';
import { type Grounds, groundOf, groundsOf } from './ground.ts';
import { maskChange } from './mask.ts';
import { type Answer, describeSilence } from './panel/ask.ts';
import { choosePanel, type Panel } from './panel/choose.ts';
import { customReviewer } from './panel/custom.ts';
import { askPanel } from './panel/run.ts';
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
}

/** Whole files are shown up to here; beyond it the change alone. */
const fileTextLimit = 120_000;

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
        opinions,
      };
    },
  };
}

async function materialOf({ task, staged, checks }: PanelRequest, options: AuditorOptions): Promise<ReviewMaterial> {
  const files = await options.treeAt(staged.commit).read(staged.files.map((file) => file.path));
  const paths = new Set(staged.files.map((file) => file.path));
  const known = options.dismissals().filter(({ file }) => file === null || paths.has(file));
  return { spec: task.spec, known, ...(await maskChange(staged, checks, bounded(files), options.redact)) };
}

function bounded(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  let used = 0;
  return new Map(
    [...files].filter(([, text]) => {
      used += text.length;
      return used <= fileTextLimit;
    }),
  );
}

/** What the panel said, each finding named after who said it. */
interface Heard {
  readonly summary: string;
  readonly findings: readonly Finding[];
  readonly opinions: readonly Opinion[];
  readonly panel: readonly PanelMember[];
}

async function hear(
  request: PanelRequest,
  material: ReviewMaterial,
  options: AuditorOptions,
  signal: AbortSignal,
): Promise<Heard> {
  const { task, models } = request;
  if (models === null) {
    return {
      summary: 'No model was asked: these are deterministic findings alone.',
      findings: [],
      opinions: [],
      panel: [],
    };
  }
  const { seats, unknown } = panelOf(request, models, options);
  const asked = seats.filter(({ reviewer }) => reviewer.applies(material));
  const question = {
    scope: task.scope,
    material,
    modelOf: (id: string) => models.auditor(id),
    outputLimit: options.outputLimit,
  };
  const answers = await askPanel(asked, question, signal);
  return {
    summary: summaryOf(answers),
    findings: [...answers.flatMap(findingsOf), ...unknown.map(missingReviewer)],
    opinions: answers.flatMap((answer) => opinionsOf(answer, task.spec.acceptance)),
    panel: [
      ...answers.map(memberOf),
      ...unknown.map((name) => ({ component: name, model: null, failure: `There is no reviewer \`${name}\`.` })),
    ],
  };
}

function panelOf({ task, staged, care }: PanelRequest, models: PanelModels, options: AuditorOptions): Panel {
  return choosePanel({
    named: task.spec.auditor.panel ?? options.panel,
    category: task.spec.category,
    risk: care,
    files: staged.files.map((file) => file.path),
    models: models.ids,
    builder: models.builder,
    custom: options.reviewers.map((file) => ({ file, reviewer: customReviewer(file) })),
    matching: options.matching,
  });
}

function summaryOf(answers: readonly Answer[]): string {
  const said = answers.flatMap(({ seat, reply }) => {
    const text = reply.ok ? reply.value.summary : describeSilence(reply.fault);
    return text.trim() === '' ? [] : [answers.length === 1 ? text : `${seat.reviewer.name}: ${text}`];
  });
  return said.join('\n');
}

function memberOf({ seat, model, reply }: Answer): PanelMember {
  const failure = reply.ok ? null : describeSilence(reply.fault);
  const member = { component: seat.reviewer.name, model, failure };
  return seat.required ? member : { ...member, required: false };
}

/** The findings of a reply; of a required reviewer that gave no verdict, that it gave none. */
function findingsOf({ seat, model, reply }: Answer): readonly Finding[] {
  const source = { component: seat.reviewer.name, model };
  if (reply.ok) return reply.value.findings.map((finding) => withFingerprint({ ...finding, ...source }));
  return seat.required ? [noVerdict(source, describeSilence(reply.fault))] : [];
}

function missingReviewer(name: string): Finding {
  return noVerdict({ component: name, model: null }, `There is no reviewer \`${name}\`.`);
}

function noVerdict(source: Pick<Finding, 'component' | 'model'>, evidence: string): Finding {
  return withFingerprint({
    severity: 'major',
    category: 'auditor-error',
    file: null,
    line: null,
    claim: `The reviewer \`${source.component}\` gave no verdict.`,
    evidence,
    suggestion: null,
    ...source,
  });
}

type Opinion = Omit<CriterionOpinion, 'grounded' | 'file' | 'line'>;

function opinionsOf({ seat, model, reply }: Answer, criteria: readonly string[]): readonly Opinion[] {
  if (!reply.ok) return [];
  return reply.value.criteria.flatMap(({ criterion: number, answer, evidence }) => {
    const criterion = criteria[number - 1];
    if (criterion === undefined) return [];
    return [{ criterion, answer, evidence, component: seat.reviewer.name, model }];
  });
}

function located(opinion: Opinion, grounds: Grounds): CriterionOpinion {
  const ground = groundOf(opinion.evidence, null, grounds);
  if (ground.type === 'changed') return { ...opinion, grounded: true, file: ground.file, line: ground.line };
  return { ...opinion, grounded: ground.type === 'output', file: null, line: null };
}

/** A criterion that a reviewer says is not met is a finding like any other, and counts where its evidence is real. */
function unmetCriteria(opinions: readonly CriterionOpinion[]): readonly Finding[] {
  return opinions.flatMap(({ criterion, answer, evidence, file, line, component, model }) => {
    if (answer !== 'not-met') return [];
    const claim = `Not met: ${criterion}`;
    const said = { severity: 'major', category: 'spec', file, line, claim, evidence, suggestion: null } as const;
    return [withFingerprint({ ...said, component, model })];
  });
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
