import { textOption, type CommandDefinition } from '../core/command.ts';
import { builtinActions } from '@cortex/actions';
import { builtinChannels } from '@cortex/channels';
import { builtinChecks } from '@cortex/checks';
import { show } from '../output/show.ts';
import { table } from '../output/table.ts';
import { findConfiguration, loadConfiguration, type Plugins } from './configuration.ts';

interface PluginLine {
  readonly kind: 'action' | 'check' | 'channel';
  readonly name: string;
  readonly origin: 'built in' | 'yours';
  readonly summary: string;
}

export const pluginsCommand: CommandDefinition = {
  name: 'plugins',
  summary: 'List the actions, checks and channels that a configuration may use: built-in ones and your own',
  options: [
    {
      flags: '--config <file>',
      summary: 'the configuration that names your plugin folders (default: CORTEX_CONFIG, else cortex.yaml)',
    },
  ],
  examples: [{ line: 'cortex plugins', says: 'what playbooks, checks and contacts may name' }],
  async run(input) {
    const { context } = input;
    const file = findConfiguration(textOption(input, 'config'), context);
    const plugins: Plugins =
      file === undefined
        ? { actions: builtinActions, checks: builtinChecks, channels: builtinChannels }
        : (await loadConfiguration(file, context)).plugins;
    const lines = [
      ...linesOf('action', plugins.actions, builtinActions),
      ...linesOf('check', plugins.checks, builtinChecks),
      ...linesOf('channel', plugins.channels, builtinChannels),
    ];
    show(context, { plugins: lines }, (answer) =>
      table(answer.plugins, [
        { title: 'kind', value: (line) => line.kind },
        { title: 'name', value: (line) => line.name },
        { title: 'origin', value: (line) => line.origin },
        { title: 'summary', value: (line) => line.summary },
      ]),
    );
    return 'ok';
  },
};

function linesOf(
  kind: PluginLine['kind'],
  plugins: ReadonlyMap<string, { readonly name: string; readonly summary: string }>,
  builtin: ReadonlyMap<string, unknown>,
): readonly PluginLine[] {
  return [...plugins.values()].map(({ name, summary }) => ({
    kind,
    name,
    summary,
    origin: builtin.has(name) ? 'built in' : 'yours',
  }));
}
