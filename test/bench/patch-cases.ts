import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { z } from 'zod';

export type Files = Readonly<Record<string, string | null>>;
export type Outcome = 'right' | 'refused' | 'wrong' | 'noop';

export interface Case {
  readonly id: string;
  readonly kind: string;
  readonly expect: 'apply' | 'refuse' | 'either';
  readonly files: Record<string, string>;
  readonly patch: string;
  /** Every result that counts as right. */
  readonly wanted: readonly Files[];
  readonly symlinks: Record<string, string> | undefined;
}

const blobSchema = z.union([
  z.object({ h: z.string(), t: z.string() }),
  z.object({ h: z.string(), base: z.string(), p: z.int(), s: z.int(), m: z.string() }),
]);
const mapSchema = z.record(z.string(), z.string().nullable());
const caseSchema = z.object({
  id: z.string(),
  kind: z.string(),
  expect: z.enum(['apply', 'refuse', 'either']),
  files: z.record(z.string(), z.string()),
  patch: z.string(),
  after: mapSchema.nullish(),
  alts: z.array(mapSchema).nullish(),
  symlinks: z.record(z.string(), z.string()).nullish(),
});

function readLines(file: string): unknown[] {
  if (!fs.existsSync(file))
    throw new Error(`${file} is missing: a folder of cases holds cases.jsonl.gz and blobs.jsonl.gz.`);
  const text = zlib.gunzipSync(fs.readFileSync(file)).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));
}

/** The texts of a folder by their hash; some are given as a change of an earlier one, in code points. */
function readBlobs(folder: string): Map<string, string> {
  const blobs = new Map<string, string>();
  for (const line of readLines(path.join(folder, 'blobs.jsonl.gz'))) {
    const blob = blobSchema.parse(line);
    if ('t' in blob) blobs.set(blob.h, blob.t);
    else {
      const base = [...(blobs.get(blob.base) ?? '')];
      const tail = blob.s > 0 ? base.slice(-blob.s).join('') : '';
      blobs.set(blob.h, base.slice(0, blob.p).join('') + blob.m + tail);
    }
  }
  return blobs;
}

/** Reads a folder of cases. Throws where it is none. */
export function loadCases(folder: string): Case[] {
  const blobs = readBlobs(folder);
  const text = (hash: string): string => {
    const found = blobs.get(hash);
    if (found === undefined) throw new Error(`There is no text ${hash}.`);
    return found;
  };
  const files = (map: Record<string, string | null>): Record<string, string | null> =>
    Object.fromEntries(Object.entries(map).map(([file, hash]) => [file, hash === null ? null : text(hash)]));
  return readLines(path.join(folder, 'cases.jsonl.gz')).map((line) => {
    const { id, kind, expect, patch, ...rest } = caseSchema.parse(line);
    const before = Object.fromEntries(Object.entries(rest.files).map(([file, hash]) => [file, text(hash)]));
    const wanted = [...(rest.after ? [rest.after] : []), ...(rest.alts ?? [])].map(files);
    return { id, kind, expect, files: before, patch, wanted, symlinks: rest.symlinks ?? undefined };
  });
}

function same(before: Files, changed: Files, wanted: Files): boolean {
  const value = (map: Files, file: string): string | null =>
    Object.hasOwn(map, file) ? map[file]! : Object.hasOwn(before, file) ? before[file]! : null;
  const files = new Set([...Object.keys(before), ...Object.keys(changed), ...Object.keys(wanted)]);
  return [...files].every((file) => value(changed, file) === value(wanted, file));
}

/** What an answer is worth: the changed files, or null for a refusal. */
export function judge(each: Case, changed: Files | null): Outcome {
  if (changed === null) return 'refused';
  if (each.expect !== 'refuse' && each.wanted.some((wanted) => same(each.files, changed, wanted))) return 'right';
  return same(each.files, changed, {}) ? 'noop' : 'wrong';
}

/** The table of other tools that a folder may bring along, as it is. */
export function readPublished(folder: string): string[] {
  const file = path.join(folder, 'PEERS.md');
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const head = lines.findIndex((line) => line.startsWith('| peer '));
  if (head < 0) return [];
  const length = lines.slice(head).findIndex((line) => !line.startsWith('|'));
  return [
    '',
    'Measured elsewhere, from PEERS.md of that folder:',
    ...lines.slice(head, length < 0 ? undefined : head + length),
  ];
}
