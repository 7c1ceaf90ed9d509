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
import { modelsAdd } from './commands/models-add.ts';
import { modelsCompare } from './commands/models-compare.ts';
import { modelsDeploy } from './commands/models-deploy.ts';
import { modelsEvaluate } from './commands/models-evaluate.ts';
import { modelsList } from './commands/models-list.ts';
import { modelsRollback } from './commands/models-rollback.ts';
import { patchApply, patchBatch, patchCheck } from './commands/patch.ts';
import { pause } from './commands/pause.ts';
import { plan } from './commands/plan.ts';
import { profilesApprove } from './commands/profiles-approve.ts';
import { profilesList } from './commands/profiles-list.ts';
import { promote } from './commands/promote.ts';
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
import { trainPause, trainResume, trainStop } from './commands/train-control.ts';
import { trainJobs } from './commands/train-jobs.ts';
import { trainPrepare } from './commands/train-prepare.ts';
import { trainStart } from './commands/train-start.ts';
import { trainStatus } from './commands/train-status.ts';
import { trajectoriesArchive } from './commands/trajectories-archive.ts';
import { trajectoriesExport } from './commands/trajectories-export.ts';
import { trajectoriesGenerate } from './commands/trajectories-generate.ts';
import { trajectoriesList } from './commands/trajectories-list.ts';
import { trajectoriesRestore } from './commands/trajectories-restore.ts';
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
  promote,
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
  trajectoriesArchive,
  trajectoriesRestore,
  trainPrepare,
  trainCheck,
  trainStart,
  trainJobs,
  trainStatus,
  trainPause,
  trainResume,
  trainStop,
  profilesList,
  profilesApprove,
  rollback,
  undo,
  savePoints,
  patchCheck,
  patchApply,
  patchBatch,
  modelsList,
  modelsAdd,
  modelsEvaluate,
  modelsCompare,
  modelsDeploy,
  modelsRollback,
  lessons,
  configShow,
  configApprove,
  doctor,
  demo,
];
