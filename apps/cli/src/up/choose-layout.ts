import type { StackLayout, WatchedCounts } from '@cortex/local-stack';
import type { CommandContext } from '../core/command.ts';

export interface ChosenLayout {
  readonly layout: StackLayout;
  readonly watched?: WatchedCounts;
}

/**
 * One process reads the configuration with all plugins, refuses it or tells what it holds: so their code is not in the
 * memory of the process that watches over it. Ten processes would each refuse it, so it is read before they start.
 */
export async function chooseLayout(
  configFile: string,
  isEachInItsProcess: boolean,
  context: CommandContext,
): Promise<ChosenLayout> {
  if (!isEachInItsProcess) return { layout: { kind: 'one-process' } };
  const { requireConfiguration } = await import('../commands/configuration.ts');
  const { configuration } = await requireConfiguration(configFile, context);
  const { services, checks, playbooks } = configuration;
  return {
    layout: { kind: 'processes' },
    watched: { services: services.length, checks: checks.length, playbooks: playbooks.length },
  };
}
