/** Context keys that the extension sets and the `when` clauses of the manifest read. */
export const contextKeys = {
  /** True while the editor in front shows a proposal. */
  inReview: 'countersign.inReview',
  /** True while the cursor is in the proposed side of a change: there its keys count. */
  onProposal: 'countersign.onProposal',
  /** True while what a person chose of the change in front is not what was checked. */
  evidenceStale: 'countersign.evidenceStale',
  /** True while a run of this window is under way. */
  live: 'countersign.live',
  /** True while a run of this window is paused. */
  paused: 'countersign.paused',
  /** True while a phase waits for a signature. */
  hasReview: 'countersign.hasReview',
  /** One of `situations`. */
  situation: 'countersign.situation',
} as const;

/** What stands between the open folder and a first run, in the order in which a user meets it. */
export const situations = ['no-git', 'no-commit', 'unapproved', 'no-model', 'ready'] as const;
export type Situation = (typeof situations)[number];

/** Scheme of the documents that show a proposal and what it changes. */
export const proposalScheme = 'countersign-proposal';

/** Scheme of read-only documents that show another plan beside the one there is. */
export const planScheme = 'countersign-plan';

/** Scheme of read-only documents that show what an attempt of the past left. */
export const attemptScheme = 'countersign-attempt';
