import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { type ExitCode, exitCodes } from '../../domain/exit-code.ts';
import type { SavePoint } from '../../domain/save-point.ts';
import type { Command } from '../command.ts';
import { showEvents } from '../show-events.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { withWorkspace } from '../workspace.ts';
import { showReturn } from './undo.ts';

const usage = '[list | restore ID]';

export const savePoints: Command = {
  name: 'save-points',
  summary: 'List the states that branches had before each landing, rollback or undo; bring a branch back to one.',
  usage,
  options: {},
  usesConfiguration: false,
  run: (invocation) => {
    const { positionals, terminal } = invocation;
    const [verb = 'list', id, ...more] = positionals;
    const isList = verb === 'list' && id === undefined;
    const isRestore = verb === 'restore' && id !== undefined && more.length === 0;
    if (!isList && !isRestore) {
      const problem = verb === 'restore' ? 'Name one save point.' : `\`${positionals.join(' ')}\` is nothing to do.`;
      throw new EngineError({ code: 'arguments/invalid', problem, usage: `countersign save-points ${usage}` });
    }
    return withWorkspace(invocation, ({ engine }) =>
      isList ? list(engine, terminal) : restore(engine, terminal, id as string),
    );
  },
};

async function list(engine: Workspace['engine'], terminal: Terminal): Promise<ExitCode> {
  const points = await engine.savePoints();
  terminal.emit({ type: 'save-points', savePoints: points });
  if (points.length === 0) terminal.print('None yet: the first is made before something lands.');
  else {
    const rows = points.map(({ id, at, branch, kind, commit, subject }) => {
      const why = kind === 'before' ? 'before a landing' : 'taken back';
      return [id, at.slice(0, 19), branch.replace('refs/heads/', ''), why, commit.slice(0, 10), subject];
    });
    for (const line of table(['id', 'kept (UTC)', 'branch', 'why', 'commit', 'subject'], rows)) terminal.print(line);
  }
  return exitCodes.done;
}

async function restore(engine: Workspace['engine'], terminal: Terminal, selector: string): Promise<ExitCode> {
  const point = pointBySelector(await engine.savePoints(), selector);
  const stop = engine.listen(showEvents(terminal));
  try {
    showReturn(terminal, 'restore', await engine.restoreSavePoint(point.ref));
    return exitCodes.done;
  } finally {
    stop();
  }
}

/** `last`, an id, the full ref, or a part of an id that no other has. Throws `rollback/no-save-point`. */
function pointBySelector(points: readonly SavePoint[], selector: string): SavePoint {
  const exact = points.find(({ id, ref }) => id === selector || ref === selector);
  const found = selector === 'last' ? points.slice(0, 1) : points.filter(({ id }) => id.includes(selector));
  const [only] = exact ? [exact] : found;
  if (!only || (!exact && found.length > 1)) throw new EngineError({ code: 'rollback/no-save-point', selector });
  return only;
}
