import type { Handler } from '../app.ts';
import { chooseReview } from '../review/choose-review.ts';

export const openChanges: Handler = async (app, target) => {
  const review = await chooseReview(app, target);
  if (review) await app.reviews.openChanges(review);
};
