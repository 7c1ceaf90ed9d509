import { type ListedModel, listModels } from '../../compose/list-models.ts';
import { type ModelVersions, trainedModels } from '../../compose/training/model-versions.ts';
import { loadWorkspaceConfig } from '../../compose.ts';
import { describeRollout } from '../../domain/deployment.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Command } from '../command.ts';
import { table } from '../table.ts';

export const modelsList: Command = {
  name: 'models list',
  summary: 'Show the configured models: what for, where, at which price, and whether their keys are there.',
  usage: '',
  options: {},
  usesConfiguration: false,
  async run({ flags, environment, terminal }) {
    const loaded = await loadWorkspaceConfig({
      directory: flags.repo,
      environment,
      configFile: flags.config,
      trust: flags.trustWorkspace ? 'all' : 'approved',
    });
    const { models, missing } = await listModels(loaded, environment);
    const { unapproved } = loaded;
    const trained = await trainedModels(flags.repo, environment);
    terminal.emit({ type: 'models', models, missing, unapproved, ...trained });
    const header = ['model', 'for', 'key', 'in', 'out', 'cached', 'price from'];
    if (models.length > 0) for (const line of table(header, models.map(cellsOf))) terminal.print(line);
    for (const { id, problem } of models) if (problem) terminal.print(`${id}: ${problem}`);
    if (missing.length > 0) {
      terminal.print(`No model for: ${missing.join(', ')}. Name them under models.roles or set OPENAI_API_KEY.`);
    }
    for (const line of versionLines(trained)) terminal.print(line);
    for (const { file, keys } of unapproved)
      terminal.warn(`Not approved, so not used, in ${file}: ${keys.join(', ')}.`);
    return exitCodes.done;
  },
};

function cellsOf({ id, uses, key, keyName, price }: ListedModel): readonly string[] {
  const keyText = keyName === null ? key : `${keyName} ${key}`;
  if (!price) return [id, uses.join(', '), keyText, '', '', '', 'unknown: needs a cap in tokens'];
  const { input, output, cachedInput, source, date } = price;
  const dollars = [input, output, cachedInput].map((usd) => `$${usd}`);
  return [id, uses.join(', '), keyText, ...dollars, date ? `${source}, since ${date}` : source];
}

function versionLines({ versions, deployment }: ModelVersions): readonly string[] {
  if (versions.length === 0) return [];
  const rows = versions.map(({ version, model, base, madeAt, shutdownDate }) => [
    version,
    model,
    base ?? '',
    madeAt.slice(0, 10),
    shutdownDate?.slice(0, 10) ?? '',
    deployment?.version === version ? stateOf(deployment) : '',
  ]);
  return ['', ...table(['version', 'model', 'base', 'made', 'ends', 'state'], rows)];
}

function stateOf(deployment: NonNullable<ModelVersions['deployment']>): string {
  if (!deployment.own) return 'deployed by nobody here: not served';
  return `${describeRollout(deployment.rollout)} in the place of ${deployment.baseline}`;
}
