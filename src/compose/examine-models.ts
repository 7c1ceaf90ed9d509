/** What `countersign doctor` says of models: those that are configured, and those that this machine serves. */

import path from 'node:path';
import { stringify } from 'yaml';
import { type LoadedConfig, userConfigDirectory } from '../config/load-config.ts';
import { findLocalServers, type LocalServer, localPlaces } from '../models/local-servers.ts';
import type { SetupFinding } from './examine-setup.ts';
import { listModels } from './list-models.ts';

/** What is wrong with the models that are configured. */
export async function examineConfiguredModels(
  loaded: Pick<LoadedConfig, 'config'>,
  environment: NodeJS.ProcessEnv,
): Promise<readonly SetupFinding[]> {
  const { models } = await listModels(loaded, environment);
  return models.flatMap(({ id, uses, problem, price }): SetupFinding[] => {
    if (uses.length === 0) return [];
    const about = `model ${id}`;
    if (problem) {
      return [{ about, state: 'warning', message: problem, remedy: 'See `countersign models list`.' }];
    }
    if (price) return [];
    const remedy = `Its calls need a cap in tokens. State its price under models.prices; 0 for a model of your own.`;
    return [{ about, state: 'warning', message: 'nobody states its price', remedy }];
  });
}

/** The model servers that run on this machine, each with a configuration to copy. */
export async function examineLocalServers(
  loaded: Pick<LoadedConfig, 'config'> | null,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly SetupFinding[]> {
  const servers = await findLocalServers(localPlaces(environment), signal);
  const file = path.join(userConfigDirectory(environment), 'config.yaml');
  return servers.map((server) => findingOf(server, nameOf(server, loaded), file));
}

/** Under which name it is configured already. */
function nameOf({ baseUrl }: LocalServer, loaded: Pick<LoadedConfig, 'config'> | null): string | null {
  const known = Object.entries(loaded?.config.models.providers ?? {}).find(
    ([, provider]) => 'baseUrl' in provider && sameAddress(provider.baseUrl ?? '', baseUrl),
  );
  return known?.[0] ?? null;
}

function sameAddress(configured: string, found: string): boolean {
  const plain = (address: string) => address.replace('//localhost', '//127.0.0.1').replace(/\/+$/, '');
  return plain(configured) === plain(found);
}

function findingOf(server: LocalServer, configuredAs: string | null, file: string): SetupFinding {
  const { kind, baseUrl, models } = server;
  const listed = models.length === 0 ? 'it has no model yet' : models.join(', ');
  const message = `${kind} at ${baseUrl}${configuredAs ? `, configured as ${configuredAs}` : ''}: ${listed}`;
  const found = { about: 'local models', state: 'good' as const, message, baseUrl, models };
  if (configuredAs !== null || models.length === 0) return { ...found, remedy: null };
  return { ...found, remedy: `To use it, put this into ${file}:`, snippet: snippetOf(server) };
}

/** A price is never taken to be 0 by itself: the user says so by pasting this. */
function snippetOf({ name, baseUrl, models }: LocalServer): string {
  const [first = '', second = first] = models;
  const ids = [...new Set([first, second])].map((model) => `${name}/${model}`);
  return stringify({
    models: {
      providers: { [name]: { baseUrl } },
      roles: { builder: ids[0], auditor: ids.at(-1) },
      prices: Object.fromEntries(ids.map((id) => [id, { input: 0, output: 0 }])),
    },
  });
}
