import type { Handler } from '../app.ts';
import { chooseReview } from '../review/choose-review.ts';

export const openReview: Handler = async (app, target) => {
  const review = await chooseReview(app, target);
  if (review) await app.summary.open({ runId: review.run.id, phaseId: review.phase.id });
};
