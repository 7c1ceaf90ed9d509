import { localize } from '../../contract/words.ts';
import { type Control, describeControl } from '../../domain/control.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { App } from '../app.ts';
import type { RunTarget } from './choose-run.ts';

/** Asks something of a run that is under way, in this window or elsewhere. Throws `run/not-live`. */
export async function controlRun(app: App, { runId, phaseId }: RunTarget, type: Control, reason: string | null) {
  await app.session.use(async ({ engine, ledger }) => {
    if (!ledger.isRunLive(runId)) throw new EngineError({ code: 'run/not-live', run: runId });
    await engine.control(runId, { type, phaseId, reason });
  });
  app.status.tell(describeControl({ type, reason }, localize), type === 'pause' ? 'debug-pause' : 'check');
}
