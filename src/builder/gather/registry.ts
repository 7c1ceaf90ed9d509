import { conventions } from './conventions.ts';
import { filesInScope } from './files-in-scope.ts';
import type { Gatherer } from './gatherer.ts';
import { lessons } from './lessons.ts';
import { recentCommits } from './recent-commits.ts';
import { relatedTests } from './related-tests.ts';
import { repositoryMap } from './repository-map.ts';
import { textSearch } from './text-search.ts';

/** Every gatherer that looks at the commit, in the order of the brief: what changes least between phases comes first. */
export const gatherers: readonly Gatherer[] = [
  conventions,
  lessons,
  repositoryMap,
  filesInScope,
  relatedTests,
  textSearch,
  recentCommits,
];
