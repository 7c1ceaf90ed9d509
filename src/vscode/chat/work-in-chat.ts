import path from 'node:path';
import { l10n, Uri, workspace } from 'vscode';
import { phaseStateWord } from '../../contract/state-words.ts';
import { localize } from '../../contract/words.ts';
import { describeEvent } from '../../domain/describe-event.ts';
import { titleOf } from '../../domain/spec.ts';
import type { CommandId } from '../../manifest/commands.ts';
import { type SpecFile, specFilesIn } from '../spec-files.ts';
import type { Answering } from './answering.ts';
import { item, plainText } from './words.ts';

const command = (title: string, id: CommandId, ...args: readonly unknown[]) => ({
  title,
  command: id,
  arguments: [...args],
});

/** Plans a goal, shows the phases and offers to run them. */
export async function planInChat({ session, prompt, say, signal }: Answering): Promise<void> {
  if (prompt === '') {
    say.markdown(l10n.t('Say what should be there in the end: `@countersign /plan a goal`.'));
    return;
  }
  const { planGoal } = await import('../../compose/plans/plan-goal.ts');
  const planned = await whileTelling({ session, say }, () =>
    session.run((opened) => planGoal(opened, prompt, null, signal)),
  );
  const file = Uri.file(planned.file);
  say.markdown(l10n.t('A plan to read and edit; nothing of it has run: '));
  say.anchor(file, path.basename(planned.file));
  say.markdown('\n\n');
  for (const phase of planned.plan.tiers.flatMap(({ phases }) => phases))
    say.markdown(item(typeof phase === 'string' ? phase : titleOf(phase)));
  for (const warning of planned.warnings) say.markdown(item(l10n.t('Note: {0}', warning)));
  for (const { question } of planned.questions) say.markdown(item(l10n.t('Question: {0}', question)));
  say.button(command(l10n.t('Run Plan'), 'countersign.runPlan', file));
  say.button(command(l10n.t('Forecast Cost'), 'countersign.forecast', file));
}

/** Runs the phase or plan that is named; without a name offers those there are. */
export async function runInChat({ session, prompt, say, signal }: Answering): Promise<void> {
  const directory = session.folder?.uri.fsPath ?? '.';
  const specs = await session.useFresh((opened) => specFilesIn(opened, directory));
  const spec = named(specs, prompt, directory);
  if (!spec) return offer(specs, prompt, say);
  await workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.fsPath === spec.file)?.save();
  const runId = await whileTelling({ session, say }, () =>
    session.run(async (opened) => {
      const { plan, isPlan } = await opened.readNamedFiles([spec.file], directory);
      const branchByDefault = isPlan ? 'run' : 'current';
      return (await opened.engine.run(plan, { branchByDefault }, signal)).runId;
    }),
  );
  const run = await session.use(({ ledger }) => ledger.run(runId));
  for (const phase of run?.phases ?? []) {
    say.markdown(item(`${titleOf(phase.spec)}: ${phaseStateWord(phase.state)}. ${phase.reason ?? ''}`.trim()));
    if (phase.state === 'awaiting-review')
      say.button(command(l10n.t('Open Review'), 'countersign.openReview', { runId, phaseId: phase.id }));
  }
  say.button(command(l10n.t('Show Trajectory'), 'countersign.showTrajectory', { runId }));
}

/** By path, by file name with or without its ending. */
function named(specs: readonly SpecFile[], prompt: string, directory: string): SpecFile | null {
  const name = prompt.replaceAll('\\', '/');
  const found = specs.filter(({ file }) => {
    const relative = path.relative(directory, file).split(path.sep).join('/');
    return [relative, path.posix.basename(relative), path.posix.parse(relative).name].includes(name);
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

function offer(specs: readonly SpecFile[], prompt: string, say: Answering['say']): void {
  if (specs.length === 0) {
    say.markdown(l10n.t('There is no phase spec yet.'));
    say.button(command(l10n.t('New Phase'), 'countersign.newPhase'));
    return;
  }
  say.markdown(
    plainText(prompt === '' ? l10n.t('Which one?') : l10n.t('There is not just one “{0}”. Which one?', prompt)),
  );
  for (const { file, title, kind } of specs.filter(({ valid }) => valid)) {
    say.button(command(title, kind === 'plan' ? 'countersign.runPlan' : 'countersign.runPhase', Uri.file(file)));
  }
}

/** Every event that means something to a person is a line of progress, until the work ends. */
async function whileTelling<Value>(
  { session, say }: Pick<Answering, 'session' | 'say'>,
  work: () => Promise<Value>,
): Promise<Value> {
  const listening = session.onEvent((event) => {
    const line = describeEvent(event, localize);
    if (line !== null) say.progress(line);
  });
  try {
    return await work();
  } finally {
    listening.dispose();
  }
}
