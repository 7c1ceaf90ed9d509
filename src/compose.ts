/** The one place where the parts meet: from a directory to an engine that both faces drive. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { version } from '../package.json';
import { createVerifier } from './checks/verifier.ts';
import { auditorOf } from './compose/audit-parts.ts';
import { builderOf } from './compose/builder-parts.ts';
import { openControlFiles } from './compose/control-files.ts';
import { openEventLog } from './compose/event-log.ts';
import { exportEvents } from './compose/export-events.ts';
import { openIncidents } from './compose/incidents.ts';
import { ciOf, engineWithCi, verifierWithCi } from './compose/plans/ci-checks.ts';
import { pruneNotes } from './compose/prune-notes.ts';
import { openDeployments } from './compose/training/deployments.ts';
import { lookUpEnd } from './compose/training/model-ends.ts';
import { readScorer } from './compose/training/read-scorer.ts';
import { tokenWishesOf } from './compose/training/token-wishes.ts';
import { keepWithinBounds } from './compose/upkeep.ts';
import { userStateDirectory } from './compose/user-state.ts';
import { openApprovals } from './config/approvals.ts';
import {
  type Approval,
  type ConfigSources,
  type LoadedConfig,
  loadConfig,
  type Unapproved,
  userConfigDirectory,
} from './config/load-config.ts';
import { type NamedWork, readNamedFiles } from './config/read-plan.ts';
import { readReviewerFiles, reviewerNames, type WorkspaceReviewers } from './config/reviewer-files.ts';
import { type Config, identityOf } from './domain/config.ts';
import { describeFault } from './domain/describe-fault.ts';
import { EngineError, faultOf } from './domain/engine-error.ts';
import type { PhaseRecord, RunRecord } from './domain/run.ts';
import type { Plan } from './domain/spec.ts';
import type { EngineParts } from './engine/context.ts';
import { type Engine, engineOf, type ResumeOptions, signable } from './engine/engine.ts';
import type { Auditor } from './engine/ports/auditor.ts';
import type { Budget } from './engine/ports/budget.ts';
import type { Builder, CodePlace, LanguageServices } from './engine/ports/builder.ts';
import type { CallKeeper } from './engine/ports/calls.ts';
import type { Models } from './engine/ports/chat.ts';
import type { Verifier } from './engine/ports/checks.ts';
import type { RepositoryOptions } from './git/context.ts';
import { type OpenRepository, openRepository } from './git/open-repository.ts';
import { type Ledger, openLedger } from './ledger/open-ledger.ts';
import { type LedgerReader, openReader } from './ledger/reader.ts';
import { createEndpoints } from './models/endpoint.ts';
import { createKeptReplies } from './models/kept-replies.ts';
import { createModels, type ModelsOptions } from './models/models.ts';
import { warmTokenCounter } from './models/tokens.ts';
import { matching } from './patch/scope.ts';

/** What counts of a workspace's configuration: what the user approved of it, for this once all of it, or nothing. */
export type WorkspaceTrust = 'approved' | 'all' | 'none';

export type { CodePlace, LanguageServices, ResumeOptions, Unapproved };

export interface OpenOptions {
  /** Any directory in the repository. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly configFile: string | null;
  /** Layers stronger than every file: the command line's, the editor's. */
  readonly ownLayers?: ConfigSources['own'];
  /** Which of the workspace's own keys count; as approved where it is not said. */
  readonly trust?: WorkspaceTrust;
  readonly signal: AbortSignal;
  readonly unsavedPaths?: () => readonly string[];
  /** What only the editor has. */
  readonly languageServices?: LanguageServices;
  /**
   * Asked before the first check runs without a sandbox because this machine has none, with the repository's root and a
   * sentence that says why. Where nobody is asked, checks run and that is a warning.
   */
  readonly mayRunOpen?: (root: string, reason: string) => Promise<boolean>;
  /** What only the editor has: its secret storage and its own language models. */
  readonly models?: Pick<ModelsOptions, 'keyFor' | 'storedKeys' | 'otherClient' | 'recordTo'>;
  /** Who this process is, for another that waits for it. */
  readonly holder?: string;
  readonly onListenerError?: (error: unknown) => void;
  /** Every event is written to a file in the state directory, whatever the configuration says. */
  readonly logsEvents?: boolean;
  /** Told what a person should know though nothing fails for it. */
  readonly onWarning?: (sentence: string) => void;
}

/** One repository, opened. Close it to let go of its store. */
export interface Workspace {
  readonly engine: Engine;
  readonly ledger: Ledger;
  /** Answers what `ledger` does from a thread of its own, for lists, charts and everything that may take long. */
  readonly reader: LedgerReader;
  readonly repository: OpenRepository;
  readonly config: LoadedConfig;
  readonly auditor: Auditor;
  readonly builder: Builder;
  readonly verifier: Verifier;
  /** The models as configured, for looking at; a run makes its own. */
  readonly models: Models;
  /** What a person must know: what was recovered, what was set aside. */
  readonly notices: readonly string[];
  /** Variables that hold keys of model providers. */
  readonly secretNames: readonly string[];
  /** Reviewers that the workspace brings, approved and not. */
  readonly reviewers: WorkspaceReviewers;
  readNamedFiles(files: readonly string[], directory: string): Promise<NamedWork>;
  /** Phases of a run that wait for a signature. */
  signable(run: RunRecord): readonly PhaseRecord[];
  close(): Promise<void>;
}

export async function openWorkspace(options: OpenOptions): Promise<Workspace> {
  const { environment, holder, unsavedPaths } = options;
  const base = { environment, ...(holder ? { holder } : {}), ...(unsavedPaths ? { unsavedPaths } : {}) };
  const found = await openRepository(options.directory, base);
  const sources = await configSources(options, found.root);
  const config = await loadConfig(sources);
  const reviewers = await readReviewerFiles(found.root, sources.isApproved);
  // One worktree for each phase at work, and one for the checks of what lands meanwhile.
  const worktrees = config.config.parallel + 1;
  const repository = await openRepository(options.directory, { ...base, ...landingOptions(config.config), worktrees });
  const recovered = await repository.recover();
  const secrets = [
    ...(await knownSecrets(repository.root, config.config, environment)),
    ...(await storedKeys(options.models)),
  ];
  const { stateDirectory } = repository;
  const userState = userStateDirectory(environment);
  const redaction = { secrets, patterns: config.config.ledger.redact };
  const ledger = openLedger(stateDirectory, { redaction, userStateDirectory: userState });
  const reader = openReader({ stateDirectory, userStateDirectory: userState });
  const onListenerError = options.onListenerError ?? (() => {});
  void keepWithinBounds(
    ledger,
    pruningNotes(reader, stateDirectory),
    config.config.ledger.keep,
    new Date(),
    onListenerError,
  );
  const parts = partsOf(options, config, repository, ledger, reviewers);
  const ci = ciOf({
    config: config.config,
    repository,
    environment,
    secretNames: keyNames(config.config),
    onWarning: options.onWarning ?? (() => {}),
  });
  const made = engineOf({
    parts: { ...parts, verifier: verifierWithCi(parts.verifier, ci), modelsOf: warming(parts.modelsOf) },
    recorder: ledger,
    onListenerError,
  });
  const engine = engineWithCi(made, ci);
  const exported = exportEvents({
    config: config.config.export,
    environment,
    stateDirectory,
    version,
    onError: options.onWarning ?? (() => {}),
  });
  engine.listen(exported.listen);
  const redact = ledger.redact;
  const incidents = openIncidents({ stateDirectory, ledger, environment, onError: onListenerError });
  engine.listen(incidents.listen);
  const log = openEventLog({ stateDirectory, redact, onError: onListenerError });
  if (options.logsEvents || config.config.log.events) engine.listen(log.listen);
  return {
    engine,
    ledger,
    reader,
    repository,
    config,
    auditor: parts.auditor,
    builder: parts.builder,
    verifier: parts.verifier,
    models: parts.modelsOf(async () => {}),
    notices: [...recovered, ...noticesOf(ledger)],
    reviewers,
    secretNames: keyNames(config.config),
    async readNamedFiles(files, directory) {
      const work = await readNamedFiles(files, [directory, repository.root], reviewerNames(reviewers));
      return { ...work, plan: withFileInside(work.plan, repository.root) };
    },
    signable: (run) => signable(run, ledger.isRunLive(run.id)),
    async close() {
      await Promise.all([reader.close(), exported.close(), incidents.flush(), log.flush()]);
      ledger.close();
    },
  };
}

/** A run keeps its plan's file only by its place in the repository; of one outside it keeps none. */
function withFileInside({ file, ...plan }: Plan, root: string): Plan {
  const inside = file === undefined ? '..' : path.relative(root, file);
  const isInside = inside !== '' && !inside.startsWith('..') && !path.isAbsolute(inside);
  return isInside ? { ...plan, file: inside.split(path.sep).join('/') } : plan;
}

/** Notes of runs are files beside the store, and go when its texts do. */
function pruningNotes(reader: LedgerReader, stateDirectory: string): Pick<LedgerReader, 'prune'> {
  return {
    async prune(request) {
      const pruned = await reader.prune(request);
      if (request.before) await pruneNotes(stateDirectory, request.before);
      return pruned;
    },
  };
}

function landingOptions({ landing }: Config): RepositoryOptions {
  const { hooks, sign, author, committer, filters } = landing;
  return {
    hooks,
    sign,
    allowedFilters: filters,
    ...(author ? { author: identityOf(author) } : {}),
    ...(committer ? { committer: identityOf(committer) } : {}),
  };
}

/** What was found on opening the ledger; of one that a newer version wrote, what can be done with it too. */
function noticesOf({ notices, newer }: Ledger): readonly string[] {
  const told = notices.map((fault) => describeFault(fault).message);
  if (!newer) return told;
  const { message, remedy } = describeFault(newer);
  return [...told, `${message} ${remedy}`];
}

/** The configuration as it counts in a directory, in a repository or not. */
export async function loadWorkspaceConfig(
  options: Pick<OpenOptions, 'directory' | 'environment' | 'configFile' | 'ownLayers' | 'trust'>,
): Promise<LoadedConfig> {
  const root = await rootOrNull(options.directory, options.environment);
  return loadConfig(await configSources(options, root));
}

async function rootOrNull(directory: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    return (await openRepository(directory, { environment })).root;
  } catch (error) {
    if (error instanceof EngineError && error.fault.code === 'repository/none') return null;
    throw error;
  }
}

async function configSources(
  { environment, ownLayers, configFile, trust = 'approved' }: Omit<OpenOptions, 'directory' | 'signal'>,
  root: string | null,
): Promise<ConfigSources> {
  const approvals = await openApprovals(environment);
  const isApproved: ConfigSources['isApproved'] = (approval) =>
    trust === 'all' || (trust === 'approved' && approvals.isApproved(approval));
  return { root, environment, own: ownLayers ?? [], configFile, isApproved };
}

/** The user has seen this content of a workspace's configuration: from now on it counts, until it changes. */
export async function approveWorkspace(approval: Approval, environment: NodeJS.ProcessEnv): Promise<void> {
  const approvals = await openApprovals(environment);
  await approvals.approve({ file: approval.file, hash: approval.hash });
}

function askedOrTold({ mayRunOpen, onWarning }: OpenOptions, root: string): (reason: string) => Promise<boolean> {
  return async (reason) => {
    if (mayRunOpen) return mayRunOpen(root, reason);
    onWarning?.(`Checks run without a sandbox: ${reason} Set checks.sandbox to \`require\` to refuse that.`);
    return true;
  };
}

/** A command that a model thought of runs in the sandbox and without a network, whatever the user's checks may do. */
function checksOfTools(checks: Config['checks']): Config['checks'] {
  return { ...checks, sandbox: checks.sandbox === 'off' ? 'off' : 'require', network: false };
}

function partsOf(
  options: OpenOptions,
  loaded: LoadedConfig,
  repository: OpenRepository,
  ledger: Ledger,
  { reviewers }: WorkspaceReviewers,
): EngineParts {
  const { environment, languageServices = null } = options;
  const { config } = loaded;
  const treeAt = repository.tree;
  const verifying = {
    worktrees: repository.worktrees,
    repositoryRoot: repository.root,
    checks: config.checks,
    environment,
    secretNames: keyNames(config),
    preparedDirectory: repository.preparedDirectory,
    baseWithTests: repository.baseWithPaths,
    mayRunOpen: askedOrTold(options, repository.root),
  };
  const verifier = createVerifier(verifying);
  const sandboxed = createVerifier({ ...verifying, checks: checksOfTools(config.checks) });
  return {
    config,
    repository,
    verifier,
    builder: builderOf({ config, repository, store: ledger, environment, languageServices, sandboxed }),
    auditor: auditorOf({ config, treeAt, ledger, reviewers }),
    budget: ledger,
    store: ledger,
    claims: ledger,
    modelsOf: modelsFactory(options, loaded, ledger),
    now: () => new Date(),
    keptReplies: createKeptReplies({
      redact: ledger.redact,
      formats: config.models.formats,
      vision: config.models.vision,
    }),
    inbox: openControlFiles({ stateDirectory: repository.stateDirectory }),
    scorer: async () => {
      const name = config.builder.scorer;
      return name === undefined ? null : readScorer(repository.root, name);
    },
    deployments: deploymentsOf(repository, config, ledger, environment),
    version,
    prompts: Object.fromEntries(reviewers.map((file) => [`reviewer.${file.name}`, fingerprintOf(file)])),
    matching,
  };
}

function deploymentsOf(
  { stateDirectory }: OpenRepository,
  { training: { rollback: rule }, models }: Config,
  ledger: Ledger,
  environment: NodeJS.ProcessEnv,
): EngineParts['deployments'] {
  return openDeployments({
    stateDirectory,
    environment,
    ledger,
    rule,
    now: () => new Date(),
    lookUpEnd: (id) => lookUpEnd(id, models, environment),
  });
}

function fingerprintOf(file: unknown): string {
  return createHash('sha256').update(JSON.stringify(file)).digest('hex').slice(0, 16);
}

/** The first call of a run finds the tokenizer ready: it is built aside while the run begins. */
function warming(modelsOf: EngineParts['modelsOf']): EngineParts['modelsOf'] {
  return (...asked) => {
    warmTokenCounter();
    return modelsOf(...asked);
  };
}

function modelsFactory(
  options: OpenOptions,
  { config, unapproved }: LoadedConfig,
  ledger: Budget & CallKeeper & Pick<Ledger, 'redact'>,
): EngineParts['modelsOf'] {
  const endpoints = createEndpoints();
  return (emit, own = config.models) => {
    const models = createModels({
      config: own,
      configDirectory: userConfigDirectory(options.environment),
      environment: options.environment,
      budget: ledger,
      keeper: ledger,
      emit,
      endpoints,
      redact: ledger.redact,
      wishesOf: (id) => tokenWishesOf(own.profiles, id),
      ...options.models,
    });
    return {
      ...models,
      for(...asked) {
        try {
          return models.for(...asked);
        } catch (error) {
          throw orUnapproved(error, unapproved);
        }
      },
    };
  };
}

/** Where a model is missing only because the workspace's keys are not approved, that is what the user must hear. */
function orUnapproved(error: unknown, unapproved: LoadedConfig['unapproved']): unknown {
  const { code } = faultOf(error);
  const missing = code === 'model/not-configured' || code === 'config/invalid';
  const [named] = unapproved
    .map(({ file, keys }) => ({ file, keys: keys.filter((key) => key.startsWith('models.')) }))
    .filter(({ keys }) => keys.length > 0);
  return missing && named ? new EngineError({ code: 'config/unapproved', ...named }, error) : error;
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
