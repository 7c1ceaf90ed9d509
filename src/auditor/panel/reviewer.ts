import type { ReviewMaterial } from '../prompts.ts';

/** One reviewer of the panel: a prompt of its own and its bounds. All are asked about the same material. */
export interface Reviewer {
  /** Stands in the role line on the wire: `Countersign role: auditor:NAME`. */
  readonly name: string;
  readonly system: string;
  /** Whether it says of each criterion if it is met. */
  readonly judgesCriteria: boolean;
  /** Longest it may take, tries and repair together. */
  readonly seconds: number;
  /** Most output tokens of one reply; the configuration may allow less. */
  readonly outputTokens: number;
  /** False where it has nothing to look at, such as criteria where there are none. */
  readonly applies: (material: Pick<ReviewMaterial, 'spec' | 'staged'>) => boolean;
}

export const reviewerDefaults = {
  judgesCriteria: false,
  seconds: 180,
  outputTokens: 16_000,
  applies: () => true,
} as const;
