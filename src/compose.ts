/** The one place where the parts meet: from a directory to an engine that both faces drive. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createAuditor } from './auditor/auditor.ts';
import { createBuilder } from './builder/builder.ts';
import { createVerifier } from './checks/verifier.ts';
import { type ConfigSources, type LoadedConfig, loadConfig, userConfigDirectory } from './config/load-config.ts';
import { type NamedWork, readNamedFiles } from './config/read-plan.ts';
import type { Config } from './domain/config.ts';
import { describeFault } from './domain/describe-fault.ts';
import { EngineError, faultOf } from './domain/engine-error.ts';
import type { PhaseRecord, RunRecord } from './domain/run.ts';
import type { EngineParts } from './engine/context.ts';
import { type Engine, engineOf, signable } from './engine/engine.ts';
import type { Budget, CallKeeper, Emit, Models } from './engine/ports.ts';
import { type OpenRepository, openRepository } from './git/open-repository.ts';
import { type Ledger, openLedger } from './ledger/open-ledger.ts';
import { createEndpoints } from './models/endpoint.ts';
import { createModels, type ModelsOptions } from './models/models.ts';
import { matching } from './patch/scope.ts';

export interface OpenOptions {
  /** Any directory in the repository. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly configFile: string | null;
  /** Layers stronger than every file: the command line's, the editor's. */
  readonly ownLayers?: ConfigSources['own'];
  readonly isApproved: ConfigSources['isApproved'];
  readonly signal: AbortSignal;
  readonly unsavedPaths?: () => readonly string[];
  /** What only the editor has: its secret storage and its own language models. */
  readonly models?: Pick<ModelsOptions, 'keyFor' | 'storedKeys' | 'otherClient'>;
  /** Who this process is, for another that waits for it. */
  readonly holder?: string;
  readonly onListenerError?: (error: unknown) => void;
}

/** One repository, opened. Close it to let go of its store. */
export interface Workspace {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly repository: OpenRepository;
  readonly config: LoadedConfig;
  /** The models as configured, for looking at; a run makes its own. */
  readonly models: Models;
  /** What a person must know: what was recovered, what was set aside. */
  readonly notices: readonly string[];
  readNamedFiles(files: readonly string[], directory: string): Promise<NamedWork>;
  /** Phases of a run that wait for a signature. */
  signable(run: RunRecord): readonly PhaseRecord[];
  close(): Promise<void>;
}

export async function openWorkspace(options: OpenOptions): Promise<Workspace> {
  const { environment, holder } = options;
  const base = { environment, ...(holder ? { holder } : {}) };
  const found = await openRepository(options.directory, base);
  const config = await loadConfig(configSources(options, found.root));
  const { hooks, sign } = config.config.landing;
  // One worktree for each phase at work, and one for the checks of what lands meanwhile.
  const worktrees = config.config.parallel + 1;
  const repository = await openRepository(options.directory, { ...base, hooks, sign, worktrees });
  const recovered = await repository.recover();
  const secrets = [
    ...(await knownSecrets(repository.root, config.config, environment)),
    ...(await storedKeys(options.models)),
  ];
  const ledger = openLedger(repository.stateDirectory, { redaction: { secrets } });
  const parts = partsOf(options, config, repository, ledger);
  const engine = engineOf({ parts, recorder: ledger, onListenerError: options.onListenerError ?? (() => {}) });
  return {
    engine,
    ledger,
    repository,
    config,
    models: parts.modelsOf(async () => {}),
    notices: [...recovered, ...ledger.notices.map((fault) => describeFault(fault).message)],
    readNamedFiles: (files, directory) => readNamedFiles(files, [directory, repository.root]),
    signable: (run) => signable(run, ledger.isRunLive(run.id)),
    async close() {
      ledger.close();
    },
  };
}

/** The configuration as it counts in a directory, in a repository or not. */
export async function loadWorkspaceConfig(
  options: Pick<OpenOptions, 'directory' | 'environment' | 'configFile' | 'ownLayers' | 'isApproved'>,
): Promise<LoadedConfig> {
  const root = await rootOrNull(options.directory, options.environment);
  return loadConfig(configSources(options, root));
}

async function rootOrNull(directory: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    return (await openRepository(directory, { environment })).root;
  } catch (error) {
    if (error instanceof EngineError && error.fault.code === 'repository/none') return null;
    throw error;
  }
}

function configSources(
  {
    environment,
    ownLayers,
    configFile,
    isApproved,
  }: Pick<OpenOptions, 'environment' | 'ownLayers' | 'configFile' | 'isApproved'>,
  root: string | null,
): ConfigSources {
  return { root, environment, own: ownLayers ?? [], configFile, isApproved };
}

function partsOf(options: OpenOptions, loaded: LoadedConfig, repository: OpenRepository, ledger: Ledger): EngineParts {
  const { environment } = options;
  const { config } = loaded;
  const outputLimit = config.models.maxOutputTokens;
  const treeAt = repository.tree;
  const verifier = createVerifier({
    worktrees: repository.worktrees,
    repositoryRoot: repository.root,
    checks: config.checks,
    environment,
    secretNames: keyNames(config),
    preparedDirectory: repository.preparedDirectory,
    baseWithTests: repository.baseWithPaths,
  });
  return {
    config,
    repository,
    verifier,
    builder: createBuilder({ treeAt, outputLimit, matching }),
    auditor: createAuditor({ treeAt, outputLimit }),
    budget: ledger,
    store: ledger,
    modelsOf: modelsFactory(options, loaded, ledger),
    now: () => new Date(),
    unsavedPaths: options.unsavedPaths ?? (() => []),
  };
}

function modelsFactory(
  options: OpenOptions,
  { config, unapproved }: LoadedConfig,
  ledger: Budget & CallKeeper,
): (emit: Emit) => Models {
  const endpoints = createEndpoints();
  return (emit) => {
    const models = createModels({
      config: config.models,
      configDirectory: userConfigDirectory(options.environment),
      environment: options.environment,
      budget: ledger,
      keeper: ledger,
      emit,
      endpoints,
      ...options.models,
    });
    return {
      for(role, override) {
        try {
          return models.for(role, override);
        } catch (error) {
          throw unapproved ? orUnapproved(error, unapproved) : error;
        }
      },
    };
  };
}

/** Where a model is missing only because the workspace's keys are not approved, that is what the user must hear. */
function orUnapproved(error: unknown, { file, keys }: NonNullable<LoadedConfig['unapproved']>): unknown {
  const { code } = faultOf(error);
  const missing = code === 'model/not-configured' || code === 'config/invalid';
  const named = keys.filter((key) => key.startsWith('models.'));
  return missing && named.length > 0 ? new EngineError({ code: 'config/unapproved', file, keys: named }, error) : error;
}

/** Variables that hold provider keys. */
function keyNames(config: Config): readonly string[] {
  const named = Object.values(config.models.providers).flatMap((provider) =>
    'apiKeyEnv' in provider && provider.apiKeyEnv ? [provider.apiKeyEnv] : [],
  );
  return [...new Set(['OPENAI_API_KEY', ...named])];
}

/** Values that must never be kept: the provider keys in use, and what the repository's `.env` files set. */
async function knownSecrets(root: string, config: Config, environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const keys = keyNames(config).flatMap((name) => environment[name] ?? []);
  const files = await Promise.all(
    ['.env', '.env.local', '.env.test'].map((name) => readOptional(path.join(root, name))),
  );
  const values = files.flatMap((text) => [...text.matchAll(/^\s*(?:export\s+)?[\w.]+\s*=\s*(.+?)\s*$/gm)]);
  const unquoted = values.map((match) => (match[1] as string).replace(/^(['"])(.*)\1$/, '$2'));
  // Short values are words such as `true` or a port: taking those out of every text would tell nothing and spoil much.
  return [...keys, ...unquoted].filter((value) => value.length >= 8);
}

/** Keys that the editor keeps in the system's secret storage. */
async function storedKeys(models: OpenOptions['models']): Promise<readonly string[]> {
  const keys = [...(models?.storedKeys ?? [])].map((provider) => models?.keyFor?.(provider));
  return (await Promise.all(keys)).filter((key) => key !== undefined);
}

async function readOptional(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}
