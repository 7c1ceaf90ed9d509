import { systemMessage } from '../prompts.ts';
import { type Reviewer, reviewerDefaults } from './reviewer.ts';

/** Would the tests notice if the change were wrong? */
export const tests: Reviewer = {
  ...reviewerDefaults,
  name: 'tests',
  system: systemMessage(`You look at tests alone; other reviewers look for the rest.
For each behaviour that the change adds or alters, ask which test would fail if it were wrong: a boundary off by one, a branch the other way round, an error that is swallowed, an empty or a hostile input. Look for tests that cannot fail, that assert what a mock returned, that repeat the code they test, that pass by luck of time or order, and for tests or assertions that the change takes away or loosens.
- major: the change alters behaviour that no test would notice breaking, or takes away what would have noticed.
- minor: one more case is worth a test.
Code that only moves, and text that nobody runs, need no new test.`),
};
