import { systemMessage } from '../prompts.ts';
import { type Reviewer, reviewerDefaults } from './reviewer.ts';

/** Does it do what it should, in every case it will meet? Asked about every change. */
export const correctness: Reviewer = {
  ...reviewerDefaults,
  name: 'correctness',
  system:
    systemMessage(`- major: wrong results, lost data, a security hole, a broken contract, a criterion that is not met, a test that was weakened.
- minor: worth mending, but no reason to stop the change.
No findings means the change is good as it is. Do not repeat what the checks already show.`),
};
