import { addModel } from '../../compose/training/model-versions.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { modelIdSchema } from '../../domain/spec.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'PROVIDER/MODEL [--base NAME] [--shutdown DATE] [--note TEXT]';

export const modelsAdd: Command = {
  name: 'models add',
  summary: 'Take up a model that was trained elsewhere as a version that can be deployed.',
  usage,
  options: { base: { type: 'string' }, shutdown: { type: 'string' }, note: { type: 'string' } },
  usesConfiguration: false,
  run: (invocation) => {
    const added = {
      model: modelOf(invocation),
      base: textValue(invocation, 'base'),
      shutdownDate: dateOf(invocation),
      note: textValue(invocation, 'note'),
    };
    return withWorkspace(invocation, async (workspace) => {
      const { terminal } = invocation;
      const version = addModel(workspace, added);
      terminal.emit({ type: 'model-version', ...version });
      terminal.print(`${version.version}  ${version.model}`);
      terminal.print(`\`countersign models deploy ${version.version} --test\` lets it serve where a spec names it.`);
      return exitCodes.done;
    });
  },
};

function modelOf({ positionals: [model = '', ...more] }: Invocation): string {
  if (more.length === 0 && modelIdSchema.safeParse(model).success) return model;
  throw wrong(model === '' ? 'Name the model.' : `\`${[model, ...more].join(' ')}\` must read PROVIDER/MODEL.`);
}

function dateOf(invocation: Invocation): string | null {
  const text = textValue(invocation, 'shutdown');
  if (text === null) return null;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw wrong(`--shutdown is \`${text}\`; it must be a date, such as 2027-01-06.`);
  return date.toISOString();
}

function wrong(problem: string): EngineError {
  return new EngineError({ code: 'arguments/invalid', problem, usage: `countersign models add ${usage}` });
}
