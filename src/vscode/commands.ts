import type { CommandId } from '../manifest/commands.ts';
import type { Handler } from './app.ts';
import { chooseFolder } from './choose-folder.ts';
import { approve } from './commands/approve.ts';
import { approveConfiguration } from './commands/approve-configuration.ts';
import { auditBranch } from './commands/audit-branch.ts';
import { auditPatch } from './commands/audit-patch.ts';
import { auditStaged } from './commands/audit-staged.ts';
import { checkAgain } from './commands/check-again.ts';
import { checkSetup } from './commands/check-setup.ts';
import { chooseModels } from './commands/choose-models.ts';
import { acceptFile, acceptHunk, clearHunk, rejectFile, rejectHunk } from './commands/decide-hunk.ts';
import { askForFix, dismissFinding, goToEvidence, keepAsIssue } from './commands/findings.ts';
import { nextHunk, previousHunk } from './commands/go-to-hunk.ts';
import { measureReviewers } from './commands/measure-reviewers.ts';
import { openChanges } from './commands/open-changes.ts';
import { openExample } from './commands/open-example.ts';
import { openPlace } from './commands/open-place.ts';
import { openReview } from './commands/open-review.ts';
import { pauseRun } from './commands/pause-run.ts';
import { reject } from './commands/reject.ts';
import { reportIssue } from './commands/report-issue.ts';
import { requestChanges } from './commands/request-changes.ts';
import { restoreSavePoint } from './commands/restore-save-point.ts';
import { resumeHigherCap } from './commands/resume-higher-cap.ts';
import { resumeRun } from './commands/resume-run.ts';
import { retryPhase, retryWithModel } from './commands/retry-phase.ts';
import { rollBack } from './commands/roll-back.ts';
import { runPhase, runPlan } from './commands/run-phase.ts';
import { saveReport } from './commands/save-report.ts';
import { setApiKey } from './commands/set-api-key.ts';
import { showLessons } from './commands/show-lessons.ts';
import { showReason } from './commands/show-reason.ts';
import { showStatus } from './commands/show-status.ts';
import { skipPhase } from './commands/skip-phase.ts';
import { stopRun } from './commands/stop-run.ts';
import { undoLanding } from './commands/undo-landing.ts';
import { acceptPlan, discardPlan, replanRun } from './plans/replan.ts';
import { forecast } from './specs/forecast.ts';
import { newPhase, newPhaseFromSelection } from './specs/new-phase.ts';
import { planFromGoal } from './specs/plan-from-goal.ts';
import { deployModel } from './training/deploy-model.ts';
import { openTraining } from './training/open-training.ts';
import { rollBackModel } from './training/roll-back-model.ts';
import { trainNow } from './training/train-now.ts';
import { trainPrepare } from './training/train-prepare.ts';
import { compareAttempts } from './trajectories/compare-attempts.ts';
import { exportTable } from './trajectories/export-command.ts';
import { openTrajectories } from './trajectories/open-trajectories.ts';
import { replay } from './trajectories/replay.ts';
import { showTrajectory } from './trajectories/show-trajectory.ts';
import { trajectoryForLine } from './trajectories/trajectory-for-line.ts';

/** One handler for each command of the manifest: one without a handler does not compile. */
export const handlers: Record<CommandId, Handler> = {
  'countersign.newPhase': newPhase,
  'countersign.newPhaseFromSelection': newPhaseFromSelection,
  'countersign.planFromGoal': planFromGoal,
  'countersign.runPlan': runPlan,
  'countersign.forecast': forecast,
  'countersign.runPhase': runPhase,
  'countersign.pause': pauseRun,
  'countersign.resume': resumeRun,
  'countersign.stop': stopRun,
  'countersign.skipPhase': skipPhase,
  'countersign.retry': retryPhase,
  'countersign.retryWithModel': retryWithModel,
  'countersign.resumeHigherCap': resumeHigherCap,
  'countersign.showReason': showReason,
  'countersign.replan': replanRun,
  'countersign.acceptPlan': acceptPlan,
  'countersign.discardPlan': discardPlan,
  'countersign.report': saveReport,
  'countersign.openReview': openReview,
  'countersign.openChanges': openChanges,
  'countersign.nextHunk': nextHunk,
  'countersign.previousHunk': previousHunk,
  'countersign.acceptHunk': acceptHunk,
  'countersign.rejectHunk': rejectHunk,
  'countersign.clearHunk': clearHunk,
  'countersign.acceptFile': acceptFile,
  'countersign.rejectFile': rejectFile,
  'countersign.askForFix': askForFix,
  'countersign.dismissFinding': dismissFinding,
  'countersign.keepAsIssue': keepAsIssue,
  'countersign.goToEvidence': goToEvidence,
  'countersign.checkAgain': checkAgain,
  'countersign.approve': approve,
  'countersign.approveByKey': approve,
  'countersign.requestChanges': requestChanges,
  'countersign.reject': reject,
  'countersign.rollBack': rollBack,
  'countersign.undoLanding': undoLanding,
  'countersign.restoreSavePoint': restoreSavePoint,
  'countersign.setApiKey': setApiKey,
  'countersign.chooseModels': chooseModels,
  'countersign.approveConfiguration': approveConfiguration,
  'countersign.auditStaged': auditStaged,
  'countersign.auditBranch': auditBranch,
  'countersign.auditPatch': auditPatch,
  'countersign.calibrateReviewers': measureReviewers,
  'countersign.openExample': openExample,
  'countersign.openTrajectories': openTrajectories,
  'countersign.showTrajectory': showTrajectory,
  'countersign.trajectoryForLine': trajectoryForLine,
  'countersign.compareAttempts': compareAttempts,
  'countersign.replay': replay,
  'countersign.exportTable': exportTable,
  'countersign.showLessons': showLessons,
  'countersign.openTraining': openTraining,
  'countersign.trainPrepare': trainPrepare,
  'countersign.trainNow': trainNow,
  'countersign.deployModel': deployModel,
  'countersign.rollBackModel': rollBackModel,
  'countersign.chooseFolder': chooseFolder,
  'countersign.doctor': checkSetup,
  'countersign.reportIssue': reportIssue,
  'countersign.showStatus': showStatus,
  'countersign.showOutput': ({ log }) => log.show(),
  'countersign.openPlace': openPlace,
  'countersign.showMoreRuns': ({ runs }, of) => runs.showMore(of === 'recent' ? of : 'earlier'),
};
