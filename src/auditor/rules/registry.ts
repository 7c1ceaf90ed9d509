import { conflictMarkers } from './conflict-markers.ts';
import { largeDeletions } from './deletions.ts';
import { dependencies } from './dependencies.ts';
import { generatedFiles } from './generated.ts';
import { debuggingLeftovers } from './leftovers.ts';
import { licences } from './licences.ts';
import { newReach } from './reach.ts';
import type { Rule } from './rule.ts';
import { scope } from './scope.ts';
import { secrets } from './secrets.ts';

/** Every deterministic auditor, beside the flags of the patch engine and of the fail-to-pass gate. */
export const rules: readonly Rule[] = [
  secrets,
  scope,
  conflictMarkers,
  dependencies,
  licences,
  newReach,
  generatedFiles,
  largeDeletions,
  debuggingLeftovers,
];
