import type { DetectedStack, StackProfile } from '../domain/stack.ts';

/** Languages by the endings of their files. */
const endings: Readonly<Record<string, string>> = {
  ts: 'TypeScript',
  tsx: 'TypeScript',
  mts: 'TypeScript',
  js: 'JavaScript',
  jsx: 'JavaScript',
  mjs: 'JavaScript',
  py: 'Python',
  go: 'Go',
  rs: 'Rust',
  java: 'Java',
  kt: 'Kotlin',
  cs: 'C#',
  c: 'C',
  cc: 'C++',
  cpp: 'C++',
  rb: 'Ruby',
  php: 'PHP',
  swift: 'Swift',
  scala: 'Scala',
  ex: 'Elixir',
  sh: 'Shell',
};

export interface LanguageCount {
  readonly language: string;
  readonly files: number;
}

const leastFiles = 3;

/** Languages of a commit's files, the most used first. */
export function languagesOf(paths: readonly string[]): readonly LanguageCount[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const language = endings[/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''];
    if (language) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts]
    .map(([language, files]) => ({ language, files }))
    .sort((a, b) => b.files - a.files || (a.language < b.language ? -1 : 1));
}

/**
 * What a repository without a manifest is likely to be: the language of at least half of its code decides. Profiles that
 * live by the scripts of a package.json have nothing to offer without one.
 */
export function stackByLanguage(paths: readonly string[], profiles: readonly StackProfile[]): DetectedStack | null {
  const languages = languagesOf(paths);
  const all = languages.reduce((sum, { files }) => sum + files, 0);
  const [first] = languages;
  if (!first || first.files < leastFiles || first.files * 2 < all) return null;
  const profile = profiles.findLast(
    ({ language, manifests }) => language === first.language && !manifests.includes('package.json'),
  );
  const because = `${first.files} of ${all} files of code are ${first.language}`;
  return profile ? { profile, folder: '', manifest: '', because } : null;
}
