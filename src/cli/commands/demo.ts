import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeExample } from '../../compose/make-example.ts';
import type { Workspace } from '../../compose.ts';
import { plural } from '../../domain/describe-event.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { type ExitCode, exitCodes } from '../../domain/exit-code.ts';
import type { RunRecord } from '../../domain/run.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { showEvents } from '../show-events.ts';
import { summaryLines } from '../summary.ts';
import { withWorkspace } from '../workspace.ts';

interface Expected {
  readonly phases: Readonly<Record<string, { readonly state: string; readonly attempts: number }>>;
}

/** A plan of the example; files relative to its folder. */
interface Scene {
  readonly plan: string;
  /** What it should come to with the recorded replies. */
  readonly expected: string;
  /** Where the plan has models of its own. */
  readonly config: string | null;
}

const scenes: ReadonlyMap<string, Scene> = new Map([
  ['hello', { plan: '.countersign/plans/hello.yaml', expected: 'expected.json', config: null }],
  [
    'grow',
    {
      plan: '.countersign/plans/grow.yaml',
      expected: '.countersign/grow/expected.json',
      config: '.countersign/grow/config.yaml',
    },
  ],
]);

export const demo: Command = {
  name: 'demo',
  summary:
    'Run the example on a scratch repository, with a model or with recorded replies: three phases, or a plan of eight.',
  usage: '[--plan hello|grow] [--into DIR]',
  options: { into: { type: 'string' }, plan: { type: 'string' } },
  usesConfiguration: false,
  async run(invocation) {
    const scene = sceneOf(textValue(invocation, 'plan') ?? 'hello');
    const example = path.resolve(__dirname, '..', 'examples', 'hello-service');
    const live = Boolean(invocation.environment.OPENAI_API_KEY);
    const environment = {
      ...invocation.environment,
      // The example's tests need the Node that runs this command, whatever Node the machine has.
      PATH: [path.dirname(process.execPath), invocation.environment.PATH].join(path.delimiter),
    };
    const directory = await makeExample(example, textValue(invocation, 'into'), environment);
    const flags = { ...invocation.flags, repo: directory, config: null };
    return withWorkspace(
      { ...invocation, flags, environment },
      (workspace) => runExample(invocation, workspace, scene, path.join(example, scene.expected)),
      // The configuration is the one that ships with Countersign; with a key, a real model takes its place.
      live
        ? { configFile: invocation.flags.config, trust: 'none' }
        : scene.config
          ? { configFile: path.join(directory, scene.config), trust: 'none' }
          : { trust: 'all' },
    );
  },
};

function sceneOf(name: string): Scene {
  const scene = scenes.get(name);
  if (scene) return scene;
  const problem = `The example has no plan \`${name}\`; it has ${[...scenes.keys()].join(' and ')}.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign demo --plan grow' });
}

async function runExample(
  { terminal, signal }: Invocation,
  workspace: Workspace,
  scene: Scene,
  expected: string,
): Promise<ExitCode> {
  const work = await workspace.readNamedFiles([scene.plan], workspace.repository.root);
  const stop = workspace.engine.listen(showEvents(terminal));
  try {
    const started = performance.now();
    const { runId, exitCode } = await workspace.engine.run(work.plan, { branchByDefault: 'run' }, signal);
    const run = workspace.ledger.run(runId);
    if (!run || exitCode === exitCodes.interrupted) return exitCode;
    for (const line of ['', ...summaryLines(run)]) terminal.print(line);
    terminal.print(`repository ${workspace.repository.root}`);
    terminal.print(`The run took ${((performance.now() - started) / 1000).toFixed(1)} s.`);
    return compare(run, await expectedOutcomes(expected));
  } finally {
    stop();
  }
}

async function expectedOutcomes(file: string): Promise<Expected> {
  return JSON.parse(await readFile(file, 'utf8')) as Expected;
}

/** Throws where the outcomes are not those the example promises: with a real model that may happen, and is said. */
function compare(run: RunRecord, { phases }: Expected): ExitCode {
  const differing = run.phases.filter((phase) => {
    const expected = phases[phase.id];
    return phase.state !== expected?.state || phase.attempts !== expected.attempts;
  });
  if (differing.length === 0) return exitCodes.done;
  const details = differing.map(
    (phase) =>
      `${phase.id} is ${phase.state} after ${plural(phase.attempts, 'attempt', 'attempts')}, expected ${phases[phase.id]?.state} after ${phases[phase.id]?.attempts}`,
  );
  throw new EngineError({ code: 'demo/unexpected', detail: details.join('; ') });
}
