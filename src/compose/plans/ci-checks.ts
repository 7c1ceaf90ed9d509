import { setTimeout as wait } from 'node:timers/promises';
import { ghOf } from '../../checks/ci/gh.ts';
import { assertCiReady, type CiOptions, withCi } from '../../checks/ci/with-ci.ts';
import type { Config } from '../../domain/config.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Verifier } from '../../engine/ports/checks.ts';
import type { OpenRepository } from '../../git/open-repository.ts';

export interface CiPartsOptions {
  readonly config: Config;
  readonly repository: Pick<OpenRepository, 'root' | 'remotes'>;
  readonly environment: NodeJS.ProcessEnv;
  readonly secretNames: readonly string[];
  readonly onWarning: (sentence: string) => void;
}

/** The CI check of a configuration, or null where none is asked for. */
export function ciOf({ config, repository, environment, secretNames, onWarning }: CiPartsOptions): CiOptions | null {
  const check = config.checks.ci;
  if (!check) return null;
  const purpose = `wait for the CI workflow ${check.workflow}`;
  return {
    check,
    gh: ghOf({ directory: repository.root, environment, secretNames, purpose }),
    remotes: repository.remotes,
    now: () => Date.now(),
    async sleep(seconds, signal) {
      await wait(seconds * 1000, undefined, { signal }).catch((error: unknown) => {
        throw new EngineError({ code: 'interrupted' }, error);
      });
    },
    onLeft: onWarning,
  };
}

export function verifierWithCi(verifier: Verifier, ci: CiOptions | null): Verifier {
  return ci ? withCi(verifier, ci) : verifier;
}

/** An engine that begins and resumes no run whose CI check could not be made. */
export function engineWithCi(engine: Engine, ci: CiOptions | null): Engine {
  if (!ci) return engine;
  return {
    ...engine,
    async run(...asked) {
      await assertCiReady(ci);
      return engine.run(...asked);
    },
    async resume(...asked) {
      await assertCiReady(ci);
      return engine.resume(...asked);
    },
  };
}
