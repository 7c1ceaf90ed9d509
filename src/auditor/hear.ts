import type { CriterionOpinion, Finding, PanelMember } from '../domain/audit.ts';
import type { PanelModels, PanelRequest } from '../engine/ports/auditor.ts';
import type { AuditorOptions } from './auditor.ts';
import { withFingerprint } from './findings.ts';
import { type Answer, describeSilence } from './panel/ask.ts';
import { type LeftOut, withinBudget } from './panel/budget.ts';
import { choosePanel, type Panel, type Seat } from './panel/choose.ts';
import { customReviewer } from './panel/custom.ts';
import { askPanel } from './panel/run.ts';
import { inParts } from './parts.ts';
import type { ReviewMaterial } from './prompts.ts';

/** How often a reviewer is asked for one verdict where nothing else is said. */
const defaultTries = 2;

/** What the panel said, each finding named after who said it. */
export interface Heard {
  readonly summary: string;
  readonly findings: readonly Finding[];
  readonly opinions: readonly Opinion[];
  readonly panel: readonly PanelMember[];
}

/** Asks the panel that suits the change, in as many parts as it takes. */
export async function hear(
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
  const { materials, notice } = await inParts(material, options.contextTokens);
  const panel = panelOf(request, material, models, options);
  const { seats, unknown, reasons, leftOut } = withinBudget(panel, {
    micros: options.panelMicros(task.scope),
    calibrations: options.calibrations(),
    parts: materials.length,
  });
  const question = {
    scope: task.scope,
    modelOf: (id: string) => models.auditor(id),
    outputLimit: options.outputLimit,
    tries: request.tries ?? defaultTries,
  };
  const answers = await askPanel(seats, materials, question, signal);
  const bySeat = seats.map((seat) => answers.filter((answer) => answer.seat === seat));
  return {
    summary: [...(notice ? [notice] : []), ...summariesOf(bySeat)].join('\n'),
    findings: [...answers.flatMap(findingsOf), ...unknown.map(missingReviewer)],
    opinions: answers.flatMap((answer) => opinionsOf(answer, task.spec.acceptance)),
    panel: [
      ...bySeat.map((own) => memberOf(own, reasons)),
      ...unknown.map((name) => ({ component: name, model: null, failure: `There is no reviewer \`${name}\`.` })),
      ...leftOut.map(memberNotAsked),
    ],
  };
}

function panelOf(
  { task, staged, care }: PanelRequest,
  material: ReviewMaterial,
  models: PanelModels,
  options: AuditorOptions,
): Panel {
  const panel = choosePanel({
    named: task.spec.auditor.panel ?? options.panel,
    category: task.spec.category,
    risk: care,
    files: staged.files.map((file) => file.path),
    models: models.ids,
    builder: models.builder,
    custom: options.reviewers.map((file) => ({ file, reviewer: customReviewer(file) })),
    matching: options.matching,
  });
  return { ...panel, seats: panel.seats.filter(({ reviewer }) => reviewer.applies(material)) };
}

/** What each reviewer says of the change, one paragraph for each part of it. */
function summariesOf(bySeat: readonly (readonly Answer[])[]): readonly string[] {
  return bySeat.flatMap((answers) =>
    answers.flatMap(({ seat, reply }, index) => {
      const text = reply.ok ? reply.value.summary : describeSilence(reply.fault);
      if (text.trim() === '') return [];
      const names = [
        ...(bySeat.length > 1 ? [seat.reviewer.name] : []),
        ...(answers.length > 1 ? [`part ${index + 1}`] : []),
      ];
      return [names.length === 0 ? text : `${names.join(', ')}: ${text}`];
    }),
  );
}

/** One reviewer that was asked, about one part or several: it gave a verdict where it gave one about each. */
function memberOf(answers: readonly Answer[], reasons: ReadonlyMap<Seat, string>): PanelMember {
  const [{ seat, model }] = answers as readonly [Answer, ...Answer[]];
  const silent = answers.findIndex(({ reply }) => !reply.ok);
  const said = answers[silent]?.reply;
  const silence = said && !said.ok ? describeSilence(said.fault) : null;
  const failure =
    silence !== null && answers.length > 1 ? `Part ${silent + 1} of ${answers.length}: ${silence}` : silence;
  const because = reasons.get(seat);
  const member = { component: seat.reviewer.name, model, failure, ...(because === undefined ? {} : { because }) };
  return seat.required ? member : { ...member, required: false };
}

function memberNotAsked({ seat, because }: LeftOut): PanelMember {
  return { component: seat.reviewer.name, model: seat.model, failure: because, required: false, asked: false };
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

/** What a reviewer says of a criterion, before its evidence is looked for. */
export type Opinion = Omit<CriterionOpinion, 'grounded' | 'file' | 'line'>;

function opinionsOf({ seat, model, reply }: Answer, criteria: readonly string[]): readonly Opinion[] {
  if (!reply.ok) return [];
  return reply.value.criteria.flatMap(({ criterion: number, answer, evidence }) => {
    const criterion = criteria[number - 1];
    if (criterion === undefined) return [];
    return [{ criterion, answer, evidence, component: seat.reviewer.name, model }];
  });
}
