import { acceptsLicence } from '../domain/licence.ts';
import type { Trajectory } from './trajectory.ts';

/** Files that may say which licence a repository is under, in the order in which they are believed. */
export const licenceFiles = [
  'package.json',
  'Cargo.toml',
  'pyproject.toml',
  'LICENSE',
  'LICENSE.md',
  'LICENSE.txt',
  'LICENCE',
  'LICENCE.md',
  'LICENCE.txt',
  'COPYING',
] as const;

export interface FoundLicence {
  /** SPDX expression, as the file has it or as its text reads. */
  readonly licence: string;
  /** Where it was found; `declared` where the configuration says it. */
  readonly from: string;
}

/** The licence of a repository by its own files, read at their top; null where none of them says one that is known. */
export function detectLicence(texts: ReadonlyMap<string, string>): FoundLicence | null {
  for (const from of licenceFiles) {
    const text = texts.get(from);
    const licence = text === undefined ? null : licenceIn(from, text);
    if (licence !== null) return { licence, from };
  }
  return null;
}

function licenceIn(file: string, text: string): string | null {
  if (file === 'package.json') return fromManifest(text);
  if (file.endsWith('.toml')) return /^license\s*=\s*["']([^"'\n]{1,100})["']/m.exec(text)?.[1] ?? null;
  const words = text.slice(0, 20_000).replace(/\s+/g, ' ');
  return taggedIn(words)[0] ?? licenceTexts.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}

function fromManifest(text: string): string | null {
  try {
    const { license } = JSON.parse(text) as { readonly license?: unknown };
    return typeof license === 'string' && !/^(?:SEE LICENSE|UNLICENSED$)/i.test(license) ? license : null;
  } catch {
    return null;
  }
}

/** What the common licences begin with, or have that no other has; the more particular first. */
const licenceTexts: readonly (readonly [string, RegExp])[] = [
  ['AGPL-3.0', /GNU AFFERO GENERAL PUBLIC LICENSE Version 3/i],
  ['LGPL-3.0', /GNU LESSER GENERAL PUBLIC LICENSE Version 3/i],
  ['LGPL-2.1', /GNU LESSER GENERAL PUBLIC LICENSE Version 2\.1/i],
  ['GPL-3.0', /GNU GENERAL PUBLIC LICENSE Version 3/i],
  ['GPL-2.0', /GNU GENERAL PUBLIC LICENSE Version 2/i],
  ['MPL-2.0', /Mozilla Public License Version 2\.0/i],
  ['Apache-2.0', /Apache License Version 2\.0/i],
  ['MIT', /Permission is hereby granted, free of charge, to any person obtaining a copy of this software/i],
  [
    'ISC',
    /Permission to use, copy, modify, and\/?(?:or)? distribute this software for any purpose with or without fee/i,
  ],
  ['BSD-3-Clause', /Redistribution and use in source and binary forms.*Neither the name/i],
  ['BSD-2-Clause', /Redistribution and use in source and binary forms/i],
  ['Unlicense', /This is free and unencumbered software released into the public domain/i],
];

const tag = /SPDX-License-Identifier:\s*((?:[A-Za-z0-9.+-]+)(?: (?:OR|AND|WITH) [A-Za-z0-9.+-]+)*)/g;

/** Licences that files name by an SPDX tag, each once, in the order in which they come. */
function taggedIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(tag)].map((match) => match[1] as string))];
}

export interface LicenceRule {
  /** Of the repository; null where it is not known. */
  readonly repository: string | null;
  /** SPDX identifiers that may go in; empty for any. */
  readonly allowed: readonly string[];
}

/** Why a trajectory may not go in, in words; null where it may. Files under another licence count, where they say so. */
export function licenceDoubt({ steps }: Trajectory, { repository, allowed }: LicenceRule): string | null {
  if (allowed.length === 0) return null;
  const accepted = new Set(allowed.map((licence) => licence.toLowerCase()));
  if (repository === null) return 'the licence of the repository is not known';
  if (!acceptsLicence(repository, accepted)) return `the repository is under ${repository}, which may not go in`;
  const texts = steps.flatMap(({ system, messages, reply }) => [system, ...messages.map(({ text }) => text), reply]);
  const other = texts.flatMap(taggedIn).find((licence) => !acceptsLicence(licence, accepted));
  return other === undefined ? null : `it shows a file under ${other}, which may not go in`;
}
