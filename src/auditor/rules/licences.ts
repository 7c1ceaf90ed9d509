import type { RuleFinding } from '../findings.ts';
import { type LockedPackages, lineOf, newDependencies, readLock } from './manifests.ts';
import type { Rule } from './rule.ts';

/** May be used in anything, named with its author. */
const permissive =
  /^(?:MIT(?:-0)?|BSD(?:-[23]-Clause)?|0BSD|Apache-2\.0|ISC|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|Zlib|Python-2\.0|PSF-2\.0|WTFPL|CC-BY-[34]\.0)$/i;
/** Asks for the source of what it is used in, or forbids some uses. */
const reciprocal =
  /^(?:A?GPL|SSPL|BUSL|BSL-1\.1|Elastic|Commons-Clause|CC-BY-NC|CC-BY-SA|OSL|EUPL|UNLICENSED|SEE LICENSE)/i;

type Kind = 'permissive' | 'reciprocal' | 'other' | 'unknown';

/** Of a licence expression the mildest choice counts for `OR`, the strictest part for `AND`. */
export function kindOfLicence(licence: unknown): Kind {
  if (typeof licence !== 'string' || licence.trim() === '') return 'unknown';
  const plain = licence.replace(/[()]/g, ' ').trim();
  const choices = plain.split(/\s+OR\s+/i).map((choice) => strictest(choice.split(/\s+AND\s+/i).map(kindOfOne)));
  return (['permissive', 'other', 'reciprocal'] as const).find((kind) => choices.includes(kind)) ?? 'unknown';
}

function kindOfOne(name: string): Kind {
  const plain = name.trim().replace(/\s+WITH\s+.*$/i, '');
  if (permissive.test(plain)) return 'permissive';
  return reciprocal.test(plain) ? 'reciprocal' : 'other';
}

function strictest(kinds: readonly Kind[]): Kind {
  return (['reciprocal', 'unknown', 'other', 'permissive'] as const).find((kind) => kinds.includes(kind)) ?? 'unknown';
}

/**
 * Licences of packages that the change brings in, as the lock file tells them. A direct dependency of which nothing is
 * told is said to be unknown; what comes along with it is not.
 */
export const licences: Rule = {
  name: 'licence',
  judges: 'change',
  find: (material) => {
    const locks = material.diff.flatMap(({ path }) => (/(?:^|\/)package-lock\.json$/.test(path) ? [path] : []));
    const told = locks.flatMap((path) => {
      const now = readLock(material.after.get(path));
      if (!now) return [];
      return findingsOfLock(path, now, readLock(material.before.get(path)) ?? {}, material.after.get(path));
    });
    const lockedNames = new Set(
      locks.flatMap((path) =>
        Object.entries(readLock(material.after.get(path)) ?? {})
          .filter(([, entry]) => kindOfLicence(entry.license) !== 'unknown')
          .map(([name]) => name.replace(/^.*node_modules\//, '')),
      ),
    );
    const unknown = newDependencies(material)
      .filter(({ manifest, name }) => manifest.endsWith('package.json') && !lockedNames.has(name))
      .map(
        ({ manifest, name, line, wanted }): RuleFinding => ({
          severity: 'minor',
          category: 'compatibility',
          file: manifest,
          line,
          claim: `The licence of ${name} is unknown: nothing in the repository tells it.`,
          evidence: `${name} ${wanted}`,
        }),
      );
    return [...told, ...unknown];
  },
};

function findingsOfLock(
  path: string,
  now: LockedPackages,
  known: LockedPackages,
  text: string | undefined,
): readonly RuleFinding[] {
  return Object.entries(now).flatMap(([name, entry]): readonly RuleFinding[] => {
    if (!name.includes('node_modules/') || known[name] || entry.link) return [];
    const kind = kindOfLicence(entry.license);
    if (kind === 'permissive' || kind === 'unknown') return [];
    const label = name.replace(/^.*node_modules\//, '');
    return [
      {
        severity: kind === 'reciprocal' ? 'major' : 'minor',
        category: 'compatibility',
        file: path,
        line: lineOf(text, `"${name}"`),
        claim:
          kind === 'reciprocal'
            ? `${label} is licensed under ${entry.license}, which asks something of whatever uses it.`
            : `${label} is licensed under ${entry.license}, which is not among the licences that need no look.`,
        evidence: `"license": ${JSON.stringify(entry.license)}`,
      },
    ];
  });
}
