import type { Command } from './command.ts';
import { audit } from './commands/audit.ts';
import { auditorsApprove } from './commands/auditors-approve.ts';
import { auditorsList } from './commands/auditors-list.ts';
import { configApprove } from './commands/config-approve.ts';
import { configShow } from './commands/config-show.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { evalAuditor } from './commands/eval-auditor.ts';
import { findingsDismiss } from './commands/findings-dismiss.ts';
import { findingsList } from './commands/findings-list.ts';
import { findingsRestore } from './commands/findings-restore.ts';
import { forecast } from './commands/forecast.ts';
import { lessons } from './commands/lessons.ts';
import { mcp } from './commands/mcp.ts';
import { modelsList } from './commands/models-list.ts';
import { patchApply, patchBatch, patchCheck } from './commands/patch.ts';
import { pause } from './commands/pause.ts';
import { plan } from './commands/plan.ts';
import { replay } from './commands/replay.ts';
import { report } from './commands/report.ts';
import { resume } from './commands/resume.ts';
import { retry } from './commands/retry.ts';
import { review } from './commands/review.ts';
import { rollback } from './commands/rollback.ts';
import { run } from './commands/run.ts';
import { savePoints } from './commands/save-points.ts';
import { serve } from './commands/serve.ts';
import { skip } from './commands/skip.ts';
import { spend } from './commands/spend.ts';
import { spendReconcile } from './commands/spend-reconcile.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { trainCheck } from './commands/train-check.ts';
import { trainPrepare } from './commands/train-prepare.ts';
import { trajectoriesExport } from './commands/trajectories-export.ts';
import { trajectoriesGenerate } from './commands/trajectories-generate.ts';
import { trajectoriesList } from './commands/trajectories-list.ts';
import { trajectoriesShow } from './commands/trajectories-show.ts';
import { trajectoriesValidate } from './commands/trajectories-validate.ts';
import { undo } from './commands/undo.ts';

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  run,
  plan,
  audit,
  auditorsList,
  auditorsApprove,
  findingsList,
  findingsDismiss,
  findingsRestore,
  evalAuditor,
  review,
  resume,
  pause,
  stop,
  skip,
  retry,
  replay,
  report,
  serve,
  mcp,
  status,
  forecast,
  spend,
  spendReconcile,
  trajectoriesList,
  trajectoriesShow,
  trajectoriesExport,
  trajectoriesGenerate,
  trajectoriesValidate,
  trainPrepare,
  trainCheck,
  rollback,
  undo,
  savePoints,
  patchCheck,
  patchApply,
  patchBatch,
  modelsList,
  lessons,
  configShow,
  configApprove,
  doctor,
  demo,
];
