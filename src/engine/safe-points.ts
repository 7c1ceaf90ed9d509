import type { RunControl } from './control.ts';
import type { ChatModel, Models } from './ports/chat.ts';
import type { Verifier } from './ports/checks.ts';
import type { Repository } from './ports/repository.ts';

/** The parts that take time or money, or move a branch, each begun at a safe point. */
export function atSafePoints<Parts extends { readonly verifier: Verifier; readonly repository: Repository }>(
  parts: Parts,
  control: RunControl,
): Parts {
  const { verifier, repository } = parts;
  return {
    ...parts,
    verifier: {
      ...verifier,
      async run(scope, spec, staged, scan, options, progress, signal) {
        await control.safePoint(signal);
        return verifier.run(scope, spec, staged, scan, options, progress, signal);
      },
    },
    repository: {
      ...repository,
      async land(request) {
        await control.safePoint(control.signal);
        return repository.land(request);
      },
    },
  };
}

/** Models whose calls begin at a safe point. */
export function modelsAtSafePoints(models: Models, control: RunControl): Models {
  return {
    ...models,
    for(...asked) {
      const model: ChatModel = models.for(...asked);
      return {
        ...model,
        async complete(request, signal) {
          await control.safePoint(signal);
          return model.complete(request, signal);
        },
      };
    },
  };
}
