import type { VerifyStep } from '../domain/spec.ts';
import type { DetectedStack, StackProfile } from '../domain/stack.ts';
import type { SourceTree } from '../engine/ports/repository.ts';
import { stackByLanguage } from './languages.ts';

/** Projects deeper in the repository than this are somebody's fixtures or vendored code. */
const deepest = 3;
/** Manifests that are read at most. */
const mostManifests = 40;
const notOurs = /(?:^|\/)(?:node_modules|vendor|third_party|fixtures?|testdata|dist|build|target)\//;

/**
 * Which profiles fit a commit, the top of the repository first; without any manifest, the one that its files speak for. Only names and manifests are looked at; nothing of the
 * repository is run. A folder gets the one profile that most of its manifest speaks for.
 */
export async function detectStacks(
  tree: SourceTree,
  profiles: readonly StackProfile[],
): Promise<readonly DetectedStack[]> {
  const paths = await tree.paths();
  const names = new Set(profiles.flatMap((profile) => profile.manifests));
  const manifests = paths
    .filter((path) => names.has(nameOf(path)) && depthOf(path) <= deepest && !notOurs.test(path))
    .sort((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1))
    .slice(0, mostManifests);
  const texts = await tree.read(manifests);
  const all = new Set(paths);
  const found = new Map<string, DetectedStack>();
  for (const manifest of manifests) {
    const text = texts.get(manifest) ?? '';
    const best = bestProfile(profiles, nameOf(manifest), text);
    if (!best) continue;
    const folder = folderOf(manifest);
    const key = `${folder}\0${best.profile.language}`;
    if (found.has(key)) continue;
    found.set(key, {
      profile: adapted(best.profile, folder, text, all),
      folder,
      manifest,
      because: best.mentions.length > 0 ? `${manifest} mentions ${best.mentions.join(', ')}` : `there is ${manifest}`,
    });
  }
  if (found.size > 0) return [...found.values()];
  const likely = stackByLanguage(
    paths.filter((path) => !notOurs.test(path)),
    profiles,
  );
  return likely ? [likely] : [];
}

interface Match {
  readonly profile: StackProfile;
  readonly mentions: readonly string[];
}

/** Later profiles win a tie over earlier ones, so that a team's own go before those built in. */
function bestProfile(profiles: readonly StackProfile[], name: string, text: string): Match | null {
  let best: Match | null = null;
  for (const profile of profiles) {
    if (!profile.manifests.includes(name)) continue;
    const mentions = profile.mentions.filter((word) => text.includes(word));
    if (!best || mentions.length >= best.mentions.length) best = { profile, mentions };
  }
  return best;
}

/** A package.json names its own scripts, and its lock file the program that runs them. */
function adapted(profile: StackProfile, folder: string, text: string, paths: ReadonlySet<string>): StackProfile {
  if (!profile.manifests.includes('package.json')) return profile;
  const scripts = scriptsOf(text);
  const runner = runnerOf(folder, paths);
  return {
    ...profile,
    setup: profile.setup.map((command) => (command === 'npm ci' ? runner.setup : command)),
    verify: profile.verify
      .filter((check) => scripts === null || scripts.has(scriptOf(check) ?? '') || scriptOf(check) === null)
      .map((check) => ({ ...check, run: check.run.replace(/^npm /, `${runner.name} `) })),
  };
}

/** The script that an npm command runs, or null for any other command. */
function scriptOf(check: VerifyStep): string | null {
  return /^npm (?:run )?([\w:-]+)$/.exec(check.run)?.[1] ?? null;
}

function scriptsOf(text: string): ReadonlySet<string> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    const scripts = (parsed as { readonly scripts?: unknown } | null)?.scripts;
    return new Set(typeof scripts === 'object' && scripts !== null ? Object.keys(scripts) : []);
  } catch {
    return null;
  }
}

function runnerOf(folder: string, paths: ReadonlySet<string>): { readonly name: string; readonly setup: string } {
  const at = (name: string) => paths.has(name) || paths.has(folder === '' ? name : `${folder}/${name}`);
  if (at('pnpm-lock.yaml')) return { name: 'pnpm', setup: 'pnpm install --frozen-lockfile' };
  if (at('yarn.lock')) return { name: 'yarn', setup: 'yarn install --frozen-lockfile' };
  return at('package-lock.json') ? { name: 'npm', setup: 'npm ci' } : { name: 'npm', setup: 'npm install' };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

function depthOf(path: string): number {
  return path.split('/').length - 1;
}
