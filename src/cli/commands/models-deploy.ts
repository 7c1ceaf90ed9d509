import { deployModel } from '../../compose/training/model-versions.ts';
import { describeRollout, type Rollout } from '../../domain/deployment.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { modelIdSchema } from '../../domain/spec.ts';
import { type Command, flagValue, type Invocation, textValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'VERSION --immediate | --gradual [SHARE] | --test [--for PROVIDER/MODEL] [--force]';
const defaultShare = '10%';

export const modelsDeploy: Command = {
  name: 'models deploy',
  summary: "Serve a version in the Builder's place: to every phase, to a share of them, or only where it is named.",
  usage,
  options: {
    immediate: { type: 'boolean' },
    gradual: { type: 'boolean' },
    test: { type: 'boolean' },
    for: { type: 'string' },
    force: { type: 'boolean' },
  },
  usesConfiguration: true,
  run: (invocation) => {
    const { selector, rollout } = askedFor(invocation);
    const baseline = baselineOf(invocation);
    return withWorkspace(invocation, async (workspace) => {
      const { terminal, environment } = invocation;
      const force = flagValue(invocation, 'force');
      const { deployment, forced, gate } = await deployModel(
        workspace,
        { selector, rollout, baseline, force },
        environment,
      );
      terminal.emit({ type: 'deployment', deployment, forced, gate });
      const { version, model, baseline: before } = deployment;
      terminal.print(
        `${version} (${model}) ${describeRollout(rollout)} in the place of ${before}, from the next run on.`,
      );
      if (forced) terminal.print('The gate did not pass; that it was deployed all the same is kept.');
      return exitCodes.done;
    });
  },
};

/** A share may follow `--gradual`, and then stands among the plain words. */
function askedFor(invocation: Invocation): { readonly selector: string; readonly rollout: Rollout } {
  const { positionals } = invocation;
  const [selector, share = defaultShare, ...more] = positionals;
  const named = (['immediate', 'gradual', 'test'] as const).filter((name) => flagValue(invocation, name));
  const [type] = named;
  if (!selector || more.length > 0) throw wrong('Name one version, such as v1.0.0.');
  if (!type || named.length > 1) throw wrong('Say how it is to serve: --immediate, --gradual or --test.');
  if (type !== 'gradual' && positionals.length > 1) throw wrong(`\`${share}\` is one word too many.`);
  return { selector, rollout: type === 'gradual' ? { type, share: shareOf(share) } : { type } };
}

function shareOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text);
  const share = match ? Number(match[1]) / (match[2] === '%' ? 100 : 1) : Number.NaN;
  if (share > 0 && share < 1) return share;
  throw wrong(`The share is \`${text}\`; it must be more than none and less than all, such as 10% or 0.1.`);
}

function baselineOf(invocation: Invocation): string | null {
  const text = textValue(invocation, 'for');
  if (text === null || modelIdSchema.safeParse(text).success) return text;
  throw wrong(`--for is \`${text}\`; it must read PROVIDER/MODEL.`);
}

function wrong(problem: string): EngineError {
  return new EngineError({ code: 'arguments/invalid', problem, usage: `countersign models deploy ${usage}` });
}
