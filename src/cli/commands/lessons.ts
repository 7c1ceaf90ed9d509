import { acceptedLessons, acceptLesson, rejectLesson } from '../../compose/lessons-file.ts';
import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { type ExitCode, exitCodes } from '../../domain/exit-code.ts';
import { type LessonOffer, lessonsPath, ruleOf } from '../../domain/lessons.ts';
import { type Command, textValue } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { withWorkspace } from '../workspace.ts';

const usage = '[list | accept KEY [--rule TEXT] | reject KEY]';

export const lessons: Command = {
  name: 'lessons',
  summary: 'Show what went wrong in several runs; accept it as a rule for the next ones, or reject it.',
  usage,
  options: { rule: { type: 'string' } },
  usesConfiguration: false,
  run: (invocation) => {
    const { positionals, terminal } = invocation;
    const [verb = 'list', key, ...more] = positionals;
    const rule = textValue(invocation, 'rule');
    if (more.length > 0 || (verb === 'list') !== (key === undefined) || !['list', 'accept', 'reject'].includes(verb)) {
      const problem =
        verb === 'list' ? '`lessons list` takes no key.' : `\`lessons ${verb}\` needs one key of the list.`;
      throw new EngineError({ code: 'arguments/invalid', problem, usage: `countersign lessons ${usage}` });
    }
    if (rule !== null && ruleOf(rule) === '') {
      throw new EngineError({
        code: 'arguments/invalid',
        problem: '`--rule` needs words.',
        usage: `countersign lessons ${usage}`,
      });
    }
    return withWorkspace(invocation, (workspace) => {
      if (verb === 'list') return list(workspace, terminal);
      const offer = offerOf(workspace.ledger.lessonOffers(), key as string);
      return verb === 'accept'
        ? accept(workspace, terminal, offer, rule ?? offer.rule)
        : reject(workspace, terminal, offer);
    });
  },
};

async function list({ ledger, repository }: Workspace, terminal: Terminal): Promise<ExitCode> {
  const offers = ledger.lessonOffers();
  const accepted = await acceptedLessons(repository.root);
  terminal.emit({ type: 'lessons', accepted, offers });
  for (const rule of accepted) terminal.print(`accepted  ${rule}`);
  for (const { key, runs, rule } of offers) terminal.print(`${key}  met in ${runs} runs\n  ${rule}`);
  if (accepted.length + offers.length === 0)
    terminal.print('None yet: what goes wrong in two runs or more is offered here.');
  return exitCodes.done;
}

async function accept(workspace: Workspace, terminal: Terminal, offer: LessonOffer, rule: string): Promise<ExitCode> {
  await acceptLesson(workspace, offer, rule);
  terminal.emit({ type: 'lesson-decided', key: offer.key, decision: 'accepted', rule, file: lessonsPath });
  terminal.print(`Added to ${lessonsPath}. Commit it: later phases are shown the file as it is committed.`);
  return exitCodes.done;
}

async function reject(workspace: Workspace, terminal: Terminal, offer: LessonOffer): Promise<ExitCode> {
  rejectLesson(workspace, offer);
  terminal.emit({ type: 'lesson-decided', key: offer.key, decision: 'rejected', rule: offer.rule, file: null });
  terminal.print('It is not offered again.');
  return exitCodes.done;
}

/** The offer with this key, or with the one that begins so. */
function offerOf(offers: readonly LessonOffer[], selector: string): LessonOffer {
  const found = offers.filter(({ key }) => key.startsWith(selector));
  const offer = found.find(({ key }) => key === selector) ?? (found.length === 1 ? found[0] : undefined);
  if (offer) return offer;
  const problem =
    found.length > 1 ? `\`${selector}\` begins several keys.` : `No lesson is offered as \`${selector}\`.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign lessons list' });
}
