import type { Command } from './command.ts';
import { configShow } from './commands/config-show.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { patchApply, patchBatch, patchCheck } from './commands/patch.ts';
import { resume } from './commands/resume.ts';
import { review } from './commands/review.ts';
import { rollback } from './commands/rollback.ts';
import { run } from './commands/run.ts';
import { spend } from './commands/spend.ts';
import { status } from './commands/status.ts';

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  run,
  review,
  resume,
  status,
  spend,
  rollback,
  patchCheck,
  patchApply,
  patchBatch,
  configShow,
  doctor,
  demo,
];
