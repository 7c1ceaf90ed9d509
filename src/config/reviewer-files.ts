import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { builtInReviewers } from '../domain/audit.ts';
import { EngineError } from '../domain/engine-error.ts';
import { type ReviewerFile, reviewerFileSchema } from '../domain/reviewer-file.ts';
import type { Approval, ConfigSources } from './load-config.ts';
import { readAs } from './located-yaml.ts';

/** Reviewers that a workspace brings, and those of them that nobody approved yet: they are not asked. */
export interface WorkspaceReviewers {
  readonly reviewers: readonly ReviewerFile[];
  readonly unapproved: readonly (Approval & { readonly name: string })[];
}

/** What a panel may name. */
export function reviewerNames({ reviewers }: WorkspaceReviewers): readonly string[] {
  return [...builtInReviewers, ...reviewers.map(({ name }) => name)];
}

const mostFiles = 20;
const sizeLimit = 64 * 1024;

/**
 * Reads `.countersign/auditors/*.yaml`. A reviewer's words go to the model beside ours, so each file counts only once
 * its content was approved. Throws `config/invalid` with line and column for an approved file that cannot be read.
 */
export async function readReviewerFiles(
  root: string,
  isApproved: ConfigSources['isApproved'],
): Promise<WorkspaceReviewers> {
  const folder = path.join(root, '.countersign', 'auditors');
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.ya?ml$/.test(name)).sort();
  const reviewers: ReviewerFile[] = [];
  const unapproved: (Approval & { readonly name: string })[] = [];
  for (const name of names.slice(0, mostFiles)) {
    const file = path.join(folder, name);
    const found = await lstat(file);
    // A link could lead to a file that a person approved for something else.
    if (!found.isFile() || found.size > sizeLimit) continue;
    const text = await readFile(file, 'utf8');
    const hash = createHash('sha256').update(text).digest('hex');
    if (isApproved({ file, hash })) reviewers.push(readReviewer(text, file, reviewers));
    else unapproved.push({ file, hash, name: path.basename(name, path.extname(name)) });
  }
  return { reviewers, unapproved };
}

function readReviewer(text: string, file: string, others: readonly ReviewerFile[]): ReviewerFile {
  const read = readAs(reviewerFileSchema, text, file);
  if (!read.ok) throw new EngineError({ code: 'config/invalid', ...read.fault });
  const { value, source } = read.value;
  const at = source.locate(['name']);
  const isTaken = (builtInReviewers as readonly string[]).includes(value.name);
  if (isTaken || others.some(({ name }) => name === value.name)) {
    const problem = `There is a reviewer \`${value.name}\` already.`;
    throw new EngineError({ code: 'config/invalid', problem, at });
  }
  return value;
}
