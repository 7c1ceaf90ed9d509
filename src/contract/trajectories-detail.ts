import type { CheckResult } from '../domain/checks.ts';
import { describeFault } from '../domain/describe-fault.ts';
import type { Fault } from '../domain/fault.ts';
import type { PhaseState } from '../domain/run.ts';
import type { AttemptView, FindingView, Step, StepDetail, VerdictView } from './trajectories-phase.ts';
import { cutText } from './trajectories-text.ts';
import { shortModel } from './trajectories-timeline.ts';
import { localize } from './words.ts';

/** What a model asked of a tool; `arguments` is JSON as the model wrote it. */
interface ToolUse {
  readonly name: string;
  readonly arguments: string;
}

interface Turn {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly toolCalls?: readonly ToolUse[];
  /** What the model thought before it, sealed by its provider. */
  readonly reasoning?: { readonly count: number; readonly tokens: number; readonly sha256: string };
}

/** What the store keeps of a call; `KeptCall` fits. Texts are null where none are kept. */
export interface CallTexts {
  readonly callId: string;
  readonly model: string;
  readonly servedBy: string | null;
  readonly retries: number;
  readonly overrun: boolean;
  readonly fault: Fault | null;
  readonly system: string | null;
  readonly messages: readonly Turn[] | null;
  /** Tools that the reply asked for. */
  readonly toolCalls?: readonly ToolUse[] | null;
  readonly reply: string | null;
  readonly replayable: boolean;
}

/** All that a step is explained with. */
export interface StepContext {
  readonly runId: string;
  readonly phaseId: string;
  readonly category: string;
  readonly complexity: string;
  readonly phaseState: PhaseState;
  readonly phaseReason: string | null;
  readonly steps: readonly Step[];
  readonly attempts: readonly AttemptView[];
  readonly findings: readonly FindingView[];
  readonly verdicts: readonly VerdictView[];
  readonly check: CheckResult | null;
  readonly call: CallTexts | null;
  readonly patch: string | null;
  /** What an event told of the step besides. */
  readonly told: Texts;
}

type Texts = readonly { readonly key: string; readonly title: string; readonly text: string }[];

/** The texts of a step, whole, in the order of their tabs. */
export function textsOf(step: Step, context: StepContext): Texts {
  const { call, check, patch, told } = context;
  if (told.length > 0) return told;
  if (step.kind === 'call' && call) return callTexts(call);
  if (step.kind === 'check' && check) {
    return [
      { key: 'output', title: localize('Output'), text: check.output },
      { key: 'command', title: localize('Command'), text: check.command },
    ];
  }
  if (step.kind === 'stage' && patch !== null) return [{ key: 'patch', title: localize('Patch'), text: patch }];
  const verdict = step.kind === 'verdict' && context.verdicts.find(({ attempt }) => attempt === step.attempt);
  if (verdict && verdict.reasons.length > 0) {
    return [{ key: 'reasons', title: localize('Reasons'), text: verdict.reasons.join('\n\n') }];
  }
  if (step.kind === 'scan') {
    const found = context.findings.filter((finding) => finding.attempt === step.attempt && finding.model === null);
    if (found.length > 0)
      return [{ key: 'findings', title: localize('Findings'), text: found.map(findingText).join('\n\n') }];
  }
  return step.note === '' ? [] : [{ key: 'note', title: localize('What it said'), text: step.note }];
}

const toolText = (use: ToolUse) => `${use.name} ${use.arguments}`;
const turnTitles = () =>
  ({ user: localize('Asked'), assistant: localize('Answered before'), tool: localize('Tool gave') }) as const;

function turnText({ role, text, toolCalls = [], reasoning }: Turn, alone: boolean): string {
  const sealed = reasoning ? sealedText(reasoning) : '';
  const parts = [alone ? '' : `── ${turnTitles()[role]} ──`, sealed, text, ...toolCalls.map(toolText)];
  return parts.filter((part) => part !== '').join('\n');
}

function sealedText({ count, tokens, sha256 }: NonNullable<Turn['reasoning']>): string {
  return localize(
    '({0} sealed items of reasoning went along, at most {1} tokens, SHA-256 {2}: they are not kept.)',
    count,
    tokens,
    sha256.slice(0, 12),
  );
}

function callTexts({ system, messages, reply, toolCalls, fault }: CallTexts): Texts {
  const prompt = messages?.map((turn) => turnText(turn, messages.length === 1)).join('\n\n');
  const tools = toolCalls?.map(toolText).join('\n');
  return [
    { key: 'reply', title: localize('Reply'), text: reply },
    { key: 'tools', title: localize('Tools'), text: tools ?? null },
    { key: 'prompt', title: localize('Prompt'), text: prompt ?? null },
    { key: 'system', title: localize('Instructions'), text: system },
    { key: 'fault', title: localize('What went wrong'), text: fault ? faultText(fault) : null },
  ].flatMap(({ key, title, text }) => (text === null || text === '' ? [] : [{ key, title, text }]));
}

function faultText(fault: Fault): string {
  const { message, remedy } = describeFault(fault, localize);
  return [message, remedy].filter((part) => part !== '').join('\n');
}

export function findingText({ severity, category, file, line, claim, evidence, suggestion }: FindingView): string {
  const at = file === null ? '' : ` · ${file}${line === null ? '' : `:${line}`}`;
  return [`${severity} · ${category}${at}`, claim, evidence, suggestion ?? ''].filter((part) => part !== '').join('\n');
}

export function stepDetailOf(step: Step, context: StepContext): StepDetail {
  const { runId, phaseId, call } = context;
  const texts = textsOf(step, context).map(({ key, title, text }) => ({ key, title, ...cutText(text) }));
  return {
    runId,
    phaseId,
    stepId: step.id,
    facts: factsOf(step, context),
    texts,
    without: texts.length > 0 ? null : withoutTexts(step, call),
    next: nextOf(step, context),
    why: step.model === null ? [] : whyOf(step, context),
    replayable: step.kind === 'call' && call?.replayable === true,
  };
}

function withoutTexts(step: Step, call: CallTexts | null): string {
  if (step.kind !== 'call') return localize('Nothing more is kept of this step.');
  if (step.endMs === null) return localize('The reply is on its way.');
  return call
    ? localize('Prompt and reply are not kept: only the totals of this call are.')
    : localize('Nothing is kept of this call.');
}

function factsOf(step: Step, { call, check }: StepContext): [string, string][] {
  const facts: [string, string | null][] = [
    [
      localize('Served by'),
      call && call.servedBy !== null && call.servedBy !== shortModel(call.model) ? call.servedBy : null,
    ],
    [localize('Retries'), call && call.retries > 0 ? String(call.retries) : null],
    [localize('Budget'), call?.overrun ? localize('used more than was set aside') : null],
    [
      localize('Replay'),
      call?.reply && !call.replayable ? localize('not replayable: something was taken out of the reply') : null,
    ],
    [localize('Tries'), check && check.tries > 1 ? String(check.tries) : null],
    [localize('Output SHA-256'), check && check.outputHash !== '' ? check.outputHash.slice(0, 12) : null],
  ];
  if (step.model !== null) facts.unshift([localize('Model'), step.model]);
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

/** What happened next, as whole sentences. */
function nextOf(step: Step, context: StepContext): string {
  const { steps, attempts } = context;
  if (step.endMs === null && step.kind !== 'person') return localize('It is still running.');
  const after = steps
    .slice(steps.findIndex(({ id }) => id === step.id) + 1)
    .find((other) => other.kind !== 'notice' && other.startMs >= step.startMs && other.id !== step.id);
  if (!after) return endSentence(context);
  const attempt = attempts.find(({ number }) => number === step.attempt);
  const following = attempts.find(({ number }) => number === step.attempt + 1);
  if (after.attempt === step.attempt || !following) return localize('Then: {0}.', describeStep(after));
  const because =
    attempt && attempt.outcome !== 'live'
      ? localize('Attempt {0} ended: {1} ', attempt.number, closed(attempt.words))
      : '';
  return `${because}${modelSentence(attempt, following)}`;
}

function modelSentence(before: AttemptView | undefined, after: AttemptView): string {
  const model = shortModel(after.model);
  if (!before || before.model === after.model)
    return localize('Attempt {0} began with {1} again.', after.number, model);
  return localize('Attempt {0} moved from {1} to {2}.', after.number, shortModel(before.model), model);
}

const closed = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

function describeStep({ name, subject, note }: Step): string {
  const what = subject === '' ? name : `${name} · ${subject}`;
  return note === '' ? what : `${what}, ${note.replace(/\.$/, '')}`;
}

const endings: () => Partial<Record<PhaseState, string>> = () => ({
  landed: localize('The phase landed.'),
  rejected: localize('The phase did not land.'),
  stuck: localize('The phase stopped: the same failure twice.'),
  failed: localize('The phase stopped.'),
  cancelled: localize('The phase was stopped.'),
  'awaiting-review': localize('The phase waits for your signature.'),
});

function endSentence({ phaseState, phaseReason }: StepContext): string {
  const ending = endings()[phaseState];
  if (!ending) return localize('Nothing yet: the phase goes on.');
  return phaseState === 'landed' || phaseReason === null ? ending : `${ending} ${closed(phaseReason)}`;
}

function whyOf(step: Step, { attempts, category, complexity }: StepContext): [string, string][] {
  const attempt = attempts.find(({ number }) => number === step.attempt);
  const before = attempts.find(({ number }) => number === step.attempt - 1);
  const builds = step.name === 'Builder' && attempt !== undefined;
  const model = shortModel(step.model ?? '');
  const moved = builds && before && before.model !== attempt.model;
  const difficulty = attempt?.difficulty == null ? '' : ` · ${attempt.difficulty.toFixed(2)}`;
  const tiers = [before?.tier ?? attempt?.tier, attempt?.tier].filter((tier) => tier != null);
  return [
    [localize('Category'), category],
    [localize('Complexity'), `${complexity}${builds ? difficulty : ''}`],
    ...(builds && tiers.length > 0
      ? [[localize('Tier'), [...new Set(tiers)].join(' → ')] satisfies [string, string]]
      : []),
    [localize('Model'), moved ? `${shortModel(before.model)} → ${model}` : model],
    [localize('Reason'), builds ? attempt.reason : localize('configured for the role {0}', step.name)],
  ];
}
