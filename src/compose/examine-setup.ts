/** What `countersign doctor` looks at. Each finding says how things are and, where they are not good, what to do. */
import { detectSandbox } from '../checks/sandbox.ts';
import { type OpenOptions, openWorkspace, type Workspace } from '../compose.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { faultOf } from '../domain/engine-error.ts';
import { examineConfiguredModels, examineLocalServers } from './examine-models.ts';
import { examineStorage } from './examine-storage.ts';

export interface SetupFinding {
  readonly about: string;
  readonly state: 'good' | 'warning' | 'bad';
  readonly message: string;
  readonly remedy: string | null;
  /** Configuration to copy. */
  readonly snippet?: string;
  /** Of a model server: its address and its models. */
  readonly baseUrl?: string;
  readonly models?: readonly string[];
}

function good(about: string, message: string): SetupFinding {
  return { about, state: 'good', message, remedy: null };
}

function faulty(about: string, state: 'warning' | 'bad', error: unknown): SetupFinding {
  return { about, state, ...describeFault(faultOf(error)) };
}

export interface SetupOptions extends OpenOptions {
  /** Remove check worktrees that nobody uses. */
  readonly clean: boolean;
}

export async function examineSetup(options: SetupOptions): Promise<readonly SetupFinding[]> {
  const findings = [good('node', process.versions.node), await examineSandbox(options)];
  const { environment, signal } = options;
  try {
    const workspace = await openWorkspace(options);
    try {
      const examined = await examineWorkspace(workspace, options);
      const local = await examineLocalServers(workspace.config, environment, signal);
      return [...findings, ...examined, ...local];
    } finally {
      await workspace.close();
    }
  } catch (error) {
    const local = await examineLocalServers(null, environment, signal);
    return [...findings, faulty('repository', 'bad', error), ...local];
  }
}

async function examineSandbox({ environment, signal }: SetupOptions): Promise<SetupFinding> {
  const found = await detectSandbox(environment, signal);
  if (found.available) return good('sandbox', `checks run under ${found.program}`);
  const remedy = 'Install bubblewrap (Linux); until then checks run with your own rights.';
  return { about: 'sandbox', state: 'warning', message: `there is none. ${found.reason}`, remedy };
}

async function examineWorkspace(
  workspace: Workspace,
  { clean, environment }: SetupOptions,
): Promise<readonly SetupFinding[]> {
  const { repository, notices, config, ledger } = workspace;
  const findings = [good('repository', repository.root), await examineHead(workspace), examineModels(workspace)];
  findings.push(...(await examineConfiguredModels(config, environment)));
  findings.push(
    ...notices.map((message): SetupFinding => ({ about: 'recovery', state: 'warning', message, remedy: null })),
  );
  for (const { file, keys } of config.unapproved) {
    const message = `${file} sets ${keys.join(', ')}, which is not approved and not used`;
    findings.push({
      about: 'configuration',
      state: 'warning',
      message,
      remedy: 'Read it, then run `countersign config approve`.',
    });
  }
  if (config.unapproved.length === 0) findings.push(good('configuration', 'every key counts'));
  findings.push(...examineLedger(ledger));
  findings.push(...(await examineStorage(workspace, clean)));
  return findings;
}

function examineLedger(ledger: Workspace['ledger']): readonly SetupFinding[] {
  const damage = ledger.checkIntegrity();
  const broken = damage.map(
    (message): SetupFinding => ({
      about: 'history',
      state: 'bad',
      message,
      remedy: 'It is set aside at the next start, and a new one begun.',
    }),
  );
  const { abandonedCalls, newer } = ledger;
  const presumed: SetupFinding = {
    about: 'history',
    state: 'warning',
    message: `${abandonedCalls} calls of killed processes were counted at their worst case`,
    remedy: null,
  };
  return [
    ...(broken.length > 0 ? broken : [good('history', `${ledger.file}, ${ledger.countRuns({})} runs, whole`)]),
    ...(abandonedCalls > 0 ? [presumed] : []),
    ...(newer ? [{ about: 'history', state: 'warning' as const, ...describeFault(newer) }] : []),
  ];
}

async function examineHead({ repository }: Workspace): Promise<SetupFinding> {
  try {
    const head = await repository.head();
    return good(
      'head',
      `${head.commit.slice(0, 10)}${head.branch ? ` on ${head.branch.replace('refs/heads/', '')}` : ', detached'}`,
    );
  } catch (error) {
    return faulty('head', 'bad', error);
  }
}

function examineModels({ models }: Workspace): SetupFinding {
  try {
    const builder = models.for('builder');
    const auditor = models.for('auditor');
    const same = builder.id === auditor.id;
    const message = `Builder ${builder.id}, Auditor ${auditor.id}`;
    if (!same) return good('models', message);
    const remedy = 'A second model sees what the first does not; name one under `models.roles.auditor`.';
    return { about: 'models', state: 'warning', message, remedy };
  } catch (error) {
    return faulty('models', 'bad', error);
  }
}
