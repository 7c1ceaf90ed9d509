import type { Audit, Finding } from '../domain/audit.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Assignment, Auditor, ChatMessage, Repository } from '../engine/ports.ts';
import { findingOfCheckFlag, findingOfPatchFlag, withFingerprint } from './findings.ts';
import { correctnessSystem, type ReviewMaterial, repairMessage, reviewMessage } from './prompts.ts';
import { type ReviewerReply, readReviewerReply, reviewerReplySchema } from './read-reply.ts';

export interface AuditorOptions {
  readonly treeAt: Repository['tree'];
  /** Most output tokens of one reply. */
  readonly outputLimit: number;
}

const component = 'correctness';
/** Whole files are shown up to here; beyond it the change alone. */
const fileTextLimit = 120_000;

export function createAuditor({ treeAt, outputLimit }: AuditorOptions): Auditor {
  return {
    scan(_spec, staged) {
      const isProtected = staged.flags.filter((flag) => flag.kind === 'protected-path');
      return {
        findings: staged.flags.map(findingOfPatchFlag),
        protectedPaths: [...new Set(isProtected.map((flag) => flag.file))].sort(),
      };
    },

    async review(assignment, staged, scan, checks, signal) {
      const found = [...scan.findings, ...checks.flags.map(findingOfCheckFlag)];
      const files = bounded(await treeAt(staged.commit).read(staged.files.map((file) => file.path)));
      const reply = await ask(assignment, { spec: assignment.spec, staged, checks, files }, outputLimit, signal);
      const member = { component, model: assignment.model.id };
      if (!reply.ok) return failedReview(found, member, reply.fault);
      const { summary, findings } = reply.value;
      const own = findings.map((finding) => withFingerprint({ ...finding, ...member }));
      return { summary, findings: [...found, ...own], panel: [{ ...member, failure: null }] };
    },
  };
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

/** One review, with one repair where the reply cannot be read. Fails where it is still unreadable, or was cut off. */
async function ask(
  { scope, model }: Assignment,
  material: ReviewMaterial,
  outputLimit: number,
  signal: AbortSignal,
): Promise<Result<ReviewerReply>> {
  const messages: ChatMessage[] = [{ role: 'user', text: reviewMessage(material) }];
  for (let repaired = false; ; repaired = true) {
    const request = {
      scope,
      role: 'auditor' as const,
      component,
      system: correctnessSystem,
      messages,
      outputLimit,
      schema: reviewerReplySchema,
    };
    let text: string;
    try {
      text = (await model.complete(request, signal)).text;
    } catch (error) {
      if (error instanceof EngineError && saysNothing(error.fault)) return fail(error.fault);
      throw error;
    }
    const reply = readReviewerReply(text);
    if (reply.ok) return ok(reply.value);
    if (repaired) return fail({ code: 'audit/broken-reply', component, detail: reply.fault });
    messages.push({ role: 'assistant', text }, { role: 'user', text: repairMessage(reply.fault) });
  }
}

/** The reviewer answered, but gave no verdict: fails closed. An unreachable or unpaid model stops the phase instead. */
function saysNothing({ code }: Fault): boolean {
  return code === 'model/truncated' || code === 'model/refused' || code === 'model/timed-out';
}

function failedReview(
  found: readonly Finding[],
  member: { readonly component: string; readonly model: string },
  fault: Fault,
): Audit {
  const { message } = describeFault(fault);
  const finding = withFingerprint({
    severity: 'major',
    category: 'auditor-error',
    file: null,
    line: null,
    claim: `The reviewer \`${component}\` gave no verdict.`,
    evidence: message,
    suggestion: null,
    ...member,
  });
  return { summary: message, findings: [...found, finding], panel: [{ ...member, failure: message }] };
}
