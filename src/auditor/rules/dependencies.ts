import type { RuleFinding } from '../findings.ts';
import { type Dependency, lineOf, newDependencies, readLock, readPackage } from './manifests.ts';
import type { Rule, RuleMaterial } from './rule.ts';

/** Run by package managers on the machine of everybody who installs. */
const installHooks = ['preinstall', 'install', 'postinstall'];
const elsewhere =
  /^(?:git(?:\+\w+)?:|https?:|github:|gitlab:|bitbucket:)|\bgit\s*=\s*"|^@\s*(?:git\+|https?:)|^[\w.-]+\/[\w.-]+(?:#.*)?$/;

/** What the change makes others install and run: new dependencies, where they come from, what runs on installing them. */
export const dependencies: Rule = {
  name: 'dependency',
  judges: 'change',
  find: (material) => [
    ...newDependencies(material).map((dependency) => ofDependency(dependency, material)),
    ...material.diff.flatMap(({ path }) => [...hooksOf(path, material), ...lockOf(path, material)]),
  ],
};

function ofDependency({ manifest, name, wanted, line }: Dependency, { spec }: RuleMaterial): RuleFinding {
  const asked = `${spec.goal} ${spec.acceptance.join(' ')}`.toLowerCase().includes(name.toLowerCase());
  const isElsewhere = elsewhere.test(wanted.trim());
  return {
    severity: isElsewhere && !asked ? 'major' : 'minor',
    category: 'security',
    file: manifest,
    line,
    claim: isElsewhere
      ? `The new dependency ${name} comes from an address, not from a registry.`
      : `A new dependency: ${name}${asked ? ', as the goal says' : ''}.`,
    evidence: `${name} ${wanted}`.trim(),
  };
}

function hooksOf(path: string, { before, after }: RuleMaterial): readonly RuleFinding[] {
  if (!/(?:^|\/)package\.json$/.test(path)) return [];
  const now = readPackage(after.get(path))?.scripts ?? {};
  const known = readPackage(before.get(path))?.scripts ?? {};
  return installHooks
    .filter((hook) => now[hook] !== undefined && now[hook] !== known[hook])
    .map((hook) => ({
      severity: 'major' as const,
      category: 'security' as const,
      file: path,
      line: lineOf(after.get(path), `"${hook}"`),
      claim: `The script \`${hook}\` runs on every machine that installs this package.`,
      evidence: `"${hook}": ${JSON.stringify(now[hook])}`,
    }));
}

/** What a lock file says of packages that are new in it, or are another content under the same version. */
function lockOf(path: string, { before, after }: RuleMaterial): readonly RuleFinding[] {
  if (!/(?:^|\/)package-lock\.json$/.test(path)) return [];
  const now = readLock(after.get(path));
  if (!now) return [];
  const known = readLock(before.get(path)) ?? {};
  const hosts = new Set(['registry.npmjs.org', 'registry.yarnpkg.com', ...Object.values(known).map(hostOf)]);
  const found: RuleFinding[] = [];
  const add = (severity: RuleFinding['severity'], name: string, claim: string, evidence: string) =>
    found.push({
      severity,
      category: 'security',
      file: path,
      line: lineOf(after.get(path), `"${name}"`),
      claim,
      evidence,
    });
  for (const [name, entry] of Object.entries(now)) {
    if (name === '' || entry.link) continue;
    const old = known[name];
    const label = name.replace(/^.*node_modules\//, '');
    const host = hostOf(entry);
    if (host !== null && !hosts.has(host) && old?.resolved !== entry.resolved) {
      add(
        'major',
        name,
        `${label} is fetched from ${host}, where nothing of this repository came from before.`,
        entry.resolved ?? '',
      );
    }
    if (old && old.version === entry.version && old.integrity && entry.integrity !== old.integrity) {
      add('major', name, `${label} has another content under the same version.`, entry.integrity ?? 'no integrity');
    }
    if (entry.hasInstallScript && !old?.hasInstallScript) {
      add('minor', name, `${label} runs a script when it is installed.`, '"hasInstallScript": true');
    }
  }
  return found;
}

function hostOf({ resolved }: { readonly resolved?: string | undefined }): string | null {
  if (resolved === undefined || !/^[a-z+]+:\/\//i.test(resolved)) return null;
  return URL.canParse(resolved) ? new URL(resolved).host : null;
}
