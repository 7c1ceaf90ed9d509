import type { ReviewerFile } from '../../domain/reviewer-file.ts';
import { systemMessage } from '../prompts.ts';
import { type Reviewer, reviewerDefaults } from './reviewer.ts';

/** A reviewer that the workspace brings: its words stand inside our frame, which it cannot change. */
export function customReviewer({ name, prompt, timeout }: ReviewerFile): Reviewer {
  const task = `You look for one thing alone; other reviewers look for the rest:
${prompt}
- major: a reason not to let the change land.
- minor: worth mending, but no reason to stop the change.
No findings means there is nothing of the kind.`;
  return { ...reviewerDefaults, name, seconds: timeout, system: systemMessage(task) };
}
