import { loadWorkspaceConfig } from '../../compose.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue } from '../command.ts';
import { table } from '../table.ts';

export const configShow: Command = {
  name: 'config show',
  summary: 'Show the configuration as it counts here.',
  usage: '[--origin]',
  options: { origin: { type: 'boolean' } },
  usesConfiguration: false,
  async run(invocation) {
    const { flags, environment, terminal } = invocation;
    const { config, settings, unapproved } = await loadWorkspaceConfig({
      directory: flags.repo,
      environment,
      configFile: flags.config,
      trust: flags.trustWorkspace ? 'all' : 'approved',
    });
    const origin = flagValue(invocation, 'origin');
    terminal.emit({ type: 'config', config, ...(origin ? { settings } : {}), unapproved });
    const rows = settings.map(({ key, value, origin: from, file }) => [
      key,
      JSON.stringify(value),
      ...(origin ? [file ? `${from} (${file})` : from] : []),
    ]);
    for (const line of table(['key', 'value', ...(origin ? ['origin'] : [])], rows)) terminal.print(line);
    for (const { file, keys } of unapproved)
      terminal.warn(`Not approved, so not used, in ${file}: ${keys.join(', ')}.`);
    return exitCodes.done;
  },
};
