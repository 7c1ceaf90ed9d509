/**
 * Agent Trajectory Interchange Format 1.7, both ways. Source: Harbor, RFC 0001 "Trajectory format", v1.7.
 * What the format has no place for stands under `extra`, so that reading a written file gives the same trajectory.
 */
import { z } from 'zod';
import { fail, ok, type Result } from '../../domain/result.ts';
import { changeFeaturesSchema } from '../../domain/scorer.ts';
import type { ChatMessage, ToolCall } from '../../engine/ports/chat.ts';
import type { Outcome, Trajectory, TrajectoryStep } from '../trajectory.ts';
import { argumentsOf } from './conversation.ts';
import type { ExportFormat } from './format.ts';

const extra = z.record(z.string(), z.unknown()).optional();
const count = z.int().nonnegative();
const timestamp = z.iso.datetime({ offset: true });

const toolCallSchema = z.strictObject({
  tool_call_id: z.string().min(1),
  function_name: z.string().min(1),
  arguments: z.record(z.string(), z.unknown()),
  extra,
});
const observationSchema = z.strictObject({
  results: z
    .array(
      z.strictObject({
        source_call_id: z.string().nullable().optional(),
        content: z.string().nullable().optional(),
        subagent_trajectory_ref: z.array(z.record(z.string(), z.unknown())).optional(),
        extra,
      }),
    )
    .min(1),
});
const metricsSchema = z.strictObject({
  prompt_tokens: count.optional(),
  completion_tokens: count.optional(),
  cached_tokens: count.optional(),
  cost_usd: z.number().nonnegative().optional(),
  prompt_token_ids: z.array(z.int()).optional(),
  completion_token_ids: z.array(z.int()).optional(),
  logprobs: z.array(z.number()).optional(),
  extra,
});
const stepSchema = z.strictObject({
  step_id: z.int().positive(),
  timestamp: timestamp.optional(),
  source: z.enum(['system', 'user', 'agent']),
  model_name: z.string().optional(),
  reasoning_effort: z.union([z.string(), z.number()]).optional(),
  message: z.string(),
  reasoning_content: z.string().optional(),
  tool_calls: z.array(toolCallSchema).min(1).optional(),
  observation: observationSchema.optional(),
  metrics: metricsSchema.optional(),
  is_copied_context: z.boolean().optional(),
  llm_call_count: count.optional(),
  extra,
});
type AtifStep = z.infer<typeof stepSchema>;

/** Fields that only a step of the agent's may have. */
const agentOnly = ['model_name', 'reasoning_effort', 'reasoning_content', 'tool_calls', 'metrics'] as const;

const atifSchema = z.strictObject({
  schema_version: z.literal('ATIF-v1.7'),
  session_id: z.string().min(1).optional(),
  trajectory_id: z.string().min(1).optional(),
  agent: z.strictObject({
    name: z.string().min(1),
    version: z.string().min(1),
    model_name: z.string().optional(),
    tool_definitions: z.array(z.record(z.string(), z.unknown())).optional(),
    extra,
  }),
  steps: z.array(stepSchema).min(1).superRefine(checkSteps),
  notes: z.string().optional(),
  final_metrics: z
    .strictObject({
      total_prompt_tokens: count.optional(),
      total_completion_tokens: count.optional(),
      total_cached_tokens: count.optional(),
      total_cost_usd: z.number().nonnegative().optional(),
      total_steps: count.optional(),
      extra,
    })
    .optional(),
  continued_trajectory_ref: z.string().optional(),
  extra,
});
type Atif = z.infer<typeof atifSchema>;

function checkSteps(steps: readonly AtifStep[], context: z.RefinementCtx): void {
  const report = (path: readonly (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  for (const [index, step] of steps.entries()) {
    if (step.step_id !== index + 1) report([index, 'step_id'], `must be ${index + 1}: steps are numbered from 1`);
    const misplaced = step.source === 'agent' ? undefined : agentOnly.find((field) => step[field] !== undefined);
    if (misplaced) report([index, misplaced], `only a step of the agent's may have it`);
    const ids = new Set(step.tool_calls?.map((call) => call.tool_call_id));
    for (const [place, result] of (step.observation?.results ?? []).entries()) {
      const reference = result.source_call_id;
      if (reference === undefined || reference === null || ids.has(reference)) continue;
      report(
        [index, 'observation', 'results', place, 'source_call_id'],
        `names no tool call of this step: ${reference}`,
      );
    }
  }
}

const share = z.number().min(0).max(1);
const ownSchema = z.object({
  run: z.string(),
  phase: z.string(),
  attempt: z.int().positive(),
  scenario: z.string(),
  category: z.string(),
  startedAt: z.string(),
  costMicros: count,
  capMicros: count.nullable(),
  outcome: z.object({
    landed: z.boolean(),
    rolledBack: z.boolean(),
    checks: z.enum(['passed', 'failed', 'none']),
    failToPass: z.enum(['held', 'broken', 'none']),
    audit: z.enum(['clean', 'minor', 'major', 'none']),
    criteriaMet: count,
    criteria: count,
    hunks: z.object({ accepted: count, edited: count, rejected: count }).nullable().default(null),
    survival: share.nullable().default(null),
  }) satisfies z.ZodType<Outcome>,
  change: z.exactOptional(changeFeaturesSchema),
  judged: z.exactOptional(z.object({ self: share.nullable(), ruler: share.nullable() })),
});
const ownCallSchema = z.object({
  callId: z.string(),
  role: z.string(),
  component: z.string().nullable(),
  seconds: z.number().nullable(),
  costMicros: count.nullable(),
});

/** One trajectory as an ATIF document. */
export function toAtif(trajectory: Trajectory): Atif {
  const { steps, id, runId, phaseId, attempt, scenario, category, startedAt } = trajectory;
  const { costMicros, capMicros, outcome, change, judged } = trajectory;
  const written = writeSteps(steps);
  const sum = (of: (step: TrajectoryStep) => number) => steps.reduce((total, step) => total + of(step), 0);
  const own = {
    run: runId,
    phase: phaseId,
    attempt,
    scenario,
    category,
    startedAt,
    costMicros,
    capMicros,
    outcome,
    ...(change ? { change } : {}),
    ...(judged ? { judged } : {}),
  };
  const tools = steps[0].tools;
  return {
    schema_version: 'ATIF-v1.7',
    session_id: runId,
    trajectory_id: id,
    agent: {
      name: 'countersign',
      version: '1',
      model_name: steps[0].model,
      ...(tools.length === 0 ? {} : { tool_definitions: tools.map((tool) => ({ ...tool })) }),
    },
    steps: written.map((step, index) => ({ ...step, step_id: index + 1 })),
    final_metrics: {
      total_prompt_tokens: sum((step) => step.tokens.input),
      total_completion_tokens: sum((step) => step.tokens.output),
      total_cached_tokens: sum((step) => step.tokens.cached),
      total_cost_usd: sum((step) => step.costMicros ?? 0) / 1_000_000,
      total_steps: written.length,
    },
    extra: { countersign: own },
  };
}

/**
 * Each call is a step of the agent's; before it stand the messages that the call before did not have yet. A call that
 * does not go on where the one before ended begins anew, with its system message.
 */
function writeSteps(calls: readonly TrajectoryStep[]): readonly AtifStep[] {
  const written: AtifStep[] = [];
  let transcript: readonly ChatMessage[] | null = null;
  for (const call of calls) {
    const goesOn = transcript !== null && startsWith(call.messages, transcript);
    if (!goesOn) written.push({ step_id: 1, source: 'system', message: call.system });
    const fresh = goesOn && transcript ? call.messages.slice(transcript.length) : call.messages;
    for (const message of fresh) writeMessage(written, message);
    written.push(agentStep(call));
    transcript = [...call.messages, replyOf(call)];
  }
  return written;
}

function writeMessage(written: AtifStep[], message: ChatMessage): void {
  if (message.role === 'user') written.push({ step_id: 1, source: 'user', message: message.text });
  else if (message.role === 'assistant')
    written.push({ step_id: 1, source: 'agent', message: message.text, ...callsOf(message.toolCalls) });
  else {
    const last = written.at(-1) as AtifStep;
    const results = [
      ...(last.observation?.results ?? []),
      { source_call_id: message.toolCallId, content: message.text },
    ];
    written[written.length - 1] = { ...last, observation: { results } };
  }
}

function agentStep(call: TrajectoryStep): AtifStep {
  const { callId, role, component, seconds, costMicros, tokens, model, at, reply, toolCalls } = call;
  return {
    step_id: 1,
    source: 'agent',
    timestamp: at,
    model_name: model,
    message: reply,
    ...callsOf(toolCalls),
    metrics: {
      prompt_tokens: tokens.input,
      completion_tokens: tokens.output,
      cached_tokens: tokens.cached,
      ...(costMicros === null ? {} : { cost_usd: costMicros / 1_000_000 }),
    },
    llm_call_count: 1,
    extra: { countersign: { callId, role, component, seconds, costMicros } },
  };
}

function callsOf(toolCalls: readonly ToolCall[] | undefined): Pick<AtifStep, 'tool_calls'> {
  if (toolCalls === undefined || toolCalls.length === 0) return {};
  return {
    tool_calls: toolCalls.map(({ id, name, arguments: text }) => {
      const value = { ...argumentsOf(text) };
      const kept = JSON.stringify(value) === text ? {} : { extra: { text } };
      return { tool_call_id: id, function_name: name, arguments: value, ...kept };
    }),
  };
}

function replyOf({ reply, toolCalls }: TrajectoryStep): ChatMessage {
  return { role: 'assistant', text: reply, ...(toolCalls.length === 0 ? {} : { toolCalls }) };
}

function startsWith(messages: readonly ChatMessage[], beginning: readonly ChatMessage[]): boolean {
  return beginning.every((message, index) => JSON.stringify(message) === JSON.stringify(messages[index]));
}

/** Reads a document that this project wrote. One from elsewhere may be valid ATIF and still say too little. */
export function fromAtif(document: unknown): Result<Trajectory, string> {
  const read = atifSchema.safeParse(document);
  if (!read.success) return fail(issueText(read.error));
  const own = ownSchema.safeParse(read.data.extra?.countersign);
  if (!own.success) return fail(`extra.countersign.${issueText(own.error)}`);
  const steps = readSteps(read.data);
  const [first, ...rest] = steps;
  if (!first) return fail('no step of it is a call');
  const { run: runId, phase: phaseId, attempt, ...others } = own.data;
  const id = read.data.trajectory_id ?? `${runId}/${phaseId}/${attempt}`;
  return ok({ id, runId, phaseId, attempt, ...others, steps: [first, ...rest] });
}

function issueText(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.map(String).join('.')}: ${issue?.message}`;
}

function readSteps({ steps, agent }: Atif): readonly TrajectoryStep[] {
  const tools = z
    .array(z.object({ name: z.string(), description: z.string(), parameters: z.record(z.string(), z.unknown()) }))
    .catch([])
    .parse(agent.tool_definitions ?? []);
  const calls: TrajectoryStep[] = [];
  let system = '';
  let messages: readonly ChatMessage[] = [];
  for (const step of steps) {
    if (step.source === 'system') {
      system = step.message;
      messages = [];
      continue;
    }
    if (step.source === 'user') {
      messages = [...messages, { role: 'user', text: step.message }];
      continue;
    }
    const toolCalls = (step.tool_calls ?? []).map(readCall);
    const own = ownCallSchema.safeParse(step.extra?.countersign);
    if (own.success)
      calls.push({ ...own.data, ...usageOf(step), system, messages, tools, reply: step.message, toolCalls });
    const reply: ChatMessage = {
      role: 'assistant',
      text: step.message,
      ...(toolCalls.length === 0 ? {} : { toolCalls }),
    };
    const results = (step.observation?.results ?? []).map((result) => ({
      role: 'tool' as const,
      toolCallId: result.source_call_id ?? '',
      text: result.content ?? '',
    }));
    messages = [...messages, reply, ...results];
  }
  return calls;
}

function usageOf({ model_name, timestamp: at, metrics }: AtifStep): Pick<TrajectoryStep, 'model' | 'at' | 'tokens'> {
  const { prompt_tokens: input = 0, cached_tokens: cached = 0, completion_tokens: output = 0 } = metrics ?? {};
  return { model: model_name ?? '', at: at ?? '', tokens: { input, cached, output } };
}

function readCall(call: z.infer<typeof toolCallSchema>): ToolCall {
  const kept = call.extra?.text;
  const text = typeof kept === 'string' ? kept : JSON.stringify(call.arguments);
  return { id: call.tool_call_id, name: call.function_name, arguments: text };
}

export const atif: ExportFormat = {
  name: 'atif',
  readBy: 'anything that reads the Agent Trajectory Interchange Format 1.7',
  source: 'Harbor, RFC 0001 "Trajectory format", v1.7',
  provenOnly: false,
  leastRows: null,
  unit: 'trajectory',
  row: toAtif,
  schema: atifSchema,
};
