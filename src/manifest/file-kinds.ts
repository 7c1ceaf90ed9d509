import type { FileKind } from '../domain/file-schemas.ts';

/** Where the files of each kind lie, as globs that VS Code reads. */
export const fileGlobs: Readonly<Record<FileKind, readonly string[]>> = {
  phase: ['**/.countersign/phases/*.yaml', '**/.countersign/phases/*.yml', '**/.countersign/phases/*.json'],
  plan: ['**/.countersign/plans/*.yaml', '**/.countersign/plans/*.yml', '**/.countersign/plans/*.json'],
  config: ['**/.countersign/config.yaml'],
  catalogue: ['**/.countersign/catalogue.yaml'],
  stack: ['**/.countersign/stacks/*.yaml', '**/.countersign/stacks/*.yml'],
  reviewer: ['**/.countersign/auditors/*.yaml', '**/.countersign/auditors/*.yml'],
  rules: ['**/.countersign/rules.yaml'],
};

const places: Readonly<Record<FileKind, RegExp>> = {
  phase: /^phases\/[^/]+\.(ya?ml|json)$/,
  plan: /^plans\/[^/]+\.(ya?ml|json)$/,
  config: /^config\.yaml$/,
  catalogue: /^catalogue\.yaml$/,
  stack: /^stacks\/[^/]+\.ya?ml$/,
  rules: /^rules\.yaml$/,
  reviewer: /^auditors\/[^/]+\.ya?ml$/,
};

/** What a file is by where it lies; null for any other file. Takes both kinds of slashes. */
export function fileKindOf(file: string): FileKind | null {
  const inside = /(?:^|\/)\.countersign\/(.+)$/.exec(file.replaceAll('\\', '/'))?.[1];
  if (inside === undefined) return null;
  return (Object.keys(places) as FileKind[]).find((kind) => places[kind].test(inside)) ?? null;
}
