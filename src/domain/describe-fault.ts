import type { Fault } from './fault.ts';
import { describeInputFault, inputFaults } from './faults/input-faults.ts';
import { describeModelFault, modelFaults } from './faults/model-faults.ts';
import { describeRepositoryFault, repositoryFaults } from './faults/repository-faults.ts';
import { describeRunFault, runFaults } from './faults/run-faults.ts';
import { describeTrainingFault, trainingFaults } from './faults/training-faults.ts';
import type { FaultAbout, FaultText } from './faults/words.ts';
import { inEnglish, type Localize } from './localize.ts';
import { assertNever } from './result.ts';

/** One sentence of what happened and one of what to do, for every fault: this does not compile while one has none. */
export function describeFault(fault: Fault, localize: Localize = inEnglish): FaultText {
  if (isAbout(fault, inputFaults)) return describeInputFault(fault, localize);
  if (isAbout(fault, modelFaults)) return describeModelFault(fault, localize);
  if (isAbout(fault, repositoryFaults)) return describeRepositoryFault(fault, localize);
  if (isAbout(fault, runFaults)) return describeRunFault(fault, localize);
  if (isAbout(fault, trainingFaults)) return describeTrainingFault(fault, localize);
  return assertNever(fault);
}

function isAbout<Word extends string>(fault: Fault, words: readonly Word[]): fault is FaultAbout<Word> {
  return words.some((word) => fault.code === word || fault.code.startsWith(`${word}/`));
}
