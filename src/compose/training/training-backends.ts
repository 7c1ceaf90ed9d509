/** The back ends of training as the configuration names them. */
import type { Config } from '../../domain/config.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { TrainingBackend, TrainingMethod } from '../../domain/training.ts';
import { placeOf } from '../../models/providers.ts';
import { createCommandBackend } from '../../training/jobs/command-backend.ts';
import type { Backend } from '../../training/jobs/job.ts';
import { createApiBackend } from '../../training/jobs/openai-backend.ts';
import { exportFormat } from './prepare-training.ts';

/** The named back end, the default, or the only one. Throws `training/not-configured`. */
export function backendNamed(
  { backend: byDefault, backends }: Config['training'],
  asked: string | null,
): { readonly name: string; readonly backend: TrainingBackend } {
  const known = Object.keys(backends);
  const name = asked ?? byDefault ?? (known.length === 1 ? known[0] : undefined);
  const backend = name !== undefined && Object.hasOwn(backends, name) ? backends[name] : undefined;
  if (name !== undefined && backend) return { name, backend };
  throw new EngineError({ code: 'training/not-configured', backend: name ?? null, known });
}

const apiFormats: Readonly<Record<TrainingMethod, string>> = {
  supervised: 'openai-sft',
  dpo: 'openai-dpo',
  reinforcement: 'openai-rft',
};
const commandFormats: Readonly<Record<TrainingMethod, string>> = {
  supervised: 'trl-sft',
  dpo: 'trl-dpo',
  reinforcement: 'trl-grpo',
};

/** The format of its rows. Throws `arguments/invalid` for one that there is not. */
export function formatOf(backend: TrainingBackend): string {
  const byMethod = 'command' in backend ? commandFormats : apiFormats;
  return exportFormat(backend.format ?? byMethod[backend.method]).name;
}

/** Throws `config/invalid` where its provider has no address. */
export function openBackend(
  backend: TrainingBackend,
  models: Config['models'],
  environment: NodeJS.ProcessEnv,
): Backend {
  if ('command' in backend) {
    const [program, ...words] = backend.command as [string, ...string[]];
    return createCommandBackend({ command: [program, ...words], environment: allowed(environment, backend.env) });
  }
  const place = placeOf(models, backend.provider, environment);
  const server = place?.type === 'server' ? place : null;
  const baseUrl = backend.baseUrl ?? server?.baseUrl;
  if (baseUrl === undefined) {
    const problem = `\`training.backends\` names the provider \`${backend.provider}\`, which has no address under \`models.providers\``;
    throw new EngineError({ code: 'config/invalid', problem, at: { file: 'configuration', line: null, column: null } });
  }
  // The provider's key goes to the provider's address alone.
  const keyName = backend.apiKeyEnv ?? (backend.baseUrl === undefined ? server?.keyName : null) ?? null;
  const key = async () => (keyName === null ? null : environment[keyName]?.trim() || null);
  return createApiBackend({ baseUrl, key, pollMs: backend.pollSeconds * 1000 });
}

/** What a program that trains needs of a shell: no key of a provider is among it. */
const always =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TEMP|TMP|TZ|LANG|LC_\w+|XDG_\w+|VIRTUAL_ENV|CONDA_\w+|PYTHON\w*|CUDA_\w+|NVIDIA_\w+|LD_LIBRARY_PATH|HF_HOME|HF_HUB_OFFLINE|TRANSFORMERS_CACHE|SYSTEMROOT|PATHEXT|COMSPEC|USERPROFILE|APPDATA|LOCALAPPDATA)$/;

function allowed(environment: NodeJS.ProcessEnv, more: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => always.test(name) || more.includes(name)));
}
