import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { z } from 'zod';
import { configSchema } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import { type Rules, rulesSchema } from '../domain/rules.ts';
import { environmentLayer } from './environment-layer.ts';
import { type Layer, leavesOf, type Merged, mergeLayers } from './layers.ts';
import { readAs } from './located-yaml.ts';
import { rulesAsConfig } from './rules-layer.ts';
import { keysToApprove, withoutKeys } from './workspace-trust.ts';

export interface ConfigSources {
  /** Top of the working tree, or null outside a repository. */
  readonly root: string | null;
  readonly environment: NodeJS.ProcessEnv;
  /** Values named on the command line or set in the editor. */
  readonly own: readonly Layer[];
  /** `--config FILE`. */
  readonly configFile: string | null;
  /** Whether the user approved a workspace configuration with this content. */
  readonly isApproved: (approval: Approval) => boolean;
}

/** What a person approves: this content of this file. */
export interface Approval {
  readonly file: string;
  /** SHA-256 of the file's text. */
  readonly hash: string;
}

/** What a workspace's configuration sets that does not count until a person has approved it. */
export interface Unapproved extends Approval {
  /** Dotted, sorted. */
  readonly keys: readonly string[];
  /** What each of them is set to. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface LoadedConfig extends Merged {
  /** Files of the workspace with keys that do not count yet; empty where everything counts. */
  readonly unapproved: readonly Unapproved[];
}

export const workspaceConfigName = path.join('.countersign', 'config.yaml');
const rulesName = path.join('.countersign', 'rules.yaml');

/** `$XDG_CONFIG_HOME/countersign`, the user's own. */
export function userConfigDirectory(environment: NodeJS.ProcessEnv): string {
  const base = environment.XDG_CONFIG_HOME || path.join(environment.HOME || os.homedir(), '.config');
  return path.join(base, 'countersign');
}

/** Reads and merges all layers. Throws `config/invalid` with line and column. */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const { root, environment, own, configFile, isApproved } = sources;
  const named = configFile === null ? [] : [await readRequired(path.resolve(configFile))];
  const user = await readLayer(path.join(userConfigDirectory(environment), 'config.yaml'), 'user');
  const trusted = [...own, environmentLayer(environment), ...named];
  const weaker = user ? [user.layer] : [];
  const brought = root === null ? [] : await workspaceLayers(root);
  if (brought.length === 0) return { ...mergeLayers([...trusted, ...weaker]), unapproved: [] };
  const without = mergeLayers([...trusted, ...weaker]);
  const judged = brought.map(({ layer, hash }) => {
    const file = layer.file as string;
    const counts = named.some((other) => other.file === file) || isApproved({ file, hash });
    const keys = counts ? [] : keysToApprove(layer.values, without.config);
    return { layer: { ...layer, values: withoutKeys(layer.values, keys) }, file, hash, keys, values: layer.values };
  });
  const counted = judged.map(({ layer }) => layer);
  return {
    ...mergeLayers([...trusted, ...counted, ...weaker]),
    unapproved: judged.flatMap(({ file, hash, keys, values }) =>
      keys.length > 0 ? [{ file, hash, keys, values: valuesOf(values, keys) }] : [],
    ),
  };
}

/** What the workspace brings, strongest first: its configuration, then its rules. */
async function workspaceLayers(root: string): Promise<readonly ReadLayer[]> {
  const layers = [
    await readLayer(path.join(root, workspaceConfigName), 'workspace'),
    await readLayer(path.join(root, rulesName), 'rules', rulesSchema, (values) => rulesAsConfig(values as Rules)),
  ];
  return layers.filter((layer) => layer !== null);
}

function valuesOf(values: Layer['values'], keys: readonly string[]): Unapproved['values'] {
  return Object.fromEntries(leavesOf(values).filter(([key]) => keys.includes(key)));
}

async function readRequired(file: string): Promise<Layer> {
  const read = await readLayer(file, 'config file');
  if (read) return read.layer;
  const at = { file, line: null, column: null };
  throw new EngineError({ code: 'config/invalid', problem: 'There is no such file.', at });
}

interface ReadLayer {
  readonly layer: Layer;
  readonly hash: string;
}

async function readLayer(
  file: string,
  origin: Layer['origin'],
  schema: z.ZodType = configSchema,
  valuesIn: (values: Record<string, unknown>) => Layer['values'] = (values) =>
    withAbsoluteCassettes(values, path.dirname(file)),
): Promise<ReadLayer | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    const at = { file, line: null, column: null };
    throw new EngineError({ code: 'config/invalid', problem: `It cannot be read (${code}).`, at }, error);
  }
  const hash = createHash('sha256').update(text).digest('hex');
  if (/^(\s*(#.*)?\n)*\s*$/.test(text)) return { layer: { origin, file, values: {} }, hash };
  const read = readAs(schema, text, file);
  if (!read.ok) throw new EngineError({ code: 'config/invalid', ...read.fault });
  // The schema only fills in defaults; a layer must say no more than its file does.
  const values = read.value.source.value as Record<string, unknown>;
  return { layer: { origin, file, values: valuesIn(values) }, hash };
}

/** Cassettes are named relative to the configuration that names them. */
function withAbsoluteCassettes(values: Record<string, unknown>, directory: string): Record<string, unknown> {
  const models = values.models as Record<string, unknown> | undefined;
  const providers = models?.providers as Record<string, Record<string, unknown>> | undefined;
  if (!models || !providers) return values;
  const absolute = Object.entries(providers).map(([name, provider]) => {
    const { cassette } = provider;
    return [
      name,
      typeof cassette === 'string' ? { ...provider, cassette: path.resolve(directory, cassette) } : provider,
    ];
  });
  return { ...values, models: { ...models, providers: Object.fromEntries(absolute) } };
}
