import {
  type CancellationToken,
  Disposable,
  LanguageModelTextPart,
  type LanguageModelTool,
  type LanguageModelToolInvocationOptions,
  LanguageModelToolResult,
  lm,
  type PreparedToolInvocation,
} from 'vscode';
import { type AgentToolOffer, agentToolOffers } from '../../domain/agent-tools.ts';
import { describeFault } from '../../domain/describe-fault.ts';
import { faultOf } from '../../domain/engine-error.ts';
import type { Session } from '../session.ts';

/** Offers audits, phases and status to the language models of the editor, as `countersign mcp` does to other programs. */
export function registerAgentTools(session: Session): Disposable {
  return Disposable.from(...agentToolOffers.map((offer) => lm.registerTool(offer.name, toolFor(offer, session))));
}

function toolFor({ name, title, description, readOnly }: AgentToolOffer, session: Session): LanguageModelTool<unknown> {
  return {
    prepareInvocation(): PreparedToolInvocation {
      if (readOnly) return { invocationMessage: title };
      // It may call models, which costs money, and run checks: the person decides.
      return { invocationMessage: title, confirmationMessages: { title: `${title}?`, message: description } };
    },
    invoke: async ({ input }: LanguageModelToolInvocationOptions<unknown>, token) => {
      const result = await called(name, input, session, token);
      return new LanguageModelToolResult([new LanguageModelTextPart(JSON.stringify(result))]);
    },
  };
}

async function called(name: string, input: unknown, session: Session, token: CancellationToken): Promise<unknown> {
  const { agentTools } = await import('../../compose/agent-tools.ts');
  const tool = agentTools.find((candidate) => candidate.name === name);
  const stopped = new AbortController();
  const listening = token.onCancellationRequested(() => stopped.abort());
  try {
    return await session.serveAgent(async (workspace) =>
      tool?.call(input, { workspace, progress: () => {}, signal: stopped.signal }),
    );
  } catch (error) {
    const fault = faultOf(error);
    return { type: 'fault', code: fault.code, ...describeFault(fault) };
  } finally {
    listening.dispose();
  }
}
