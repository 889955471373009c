import type { ActionDefinition } from '@cortex/actions';
import type { ChannelPlugin } from '@cortex/channels';
import type { CheckPlugin } from '@cortex/checks';
import { simulatedActions } from './actions.ts';
import { simulatedChannels } from './channels.ts';
import { simulatedChecks } from './checks.ts';
import type { Hands } from './hands.ts';

export interface SimulatedPlugins {
  readonly actions: ReadonlyMap<string, ActionDefinition>;
  readonly checks: ReadonlyMap<string, CheckPlugin>;
  readonly channels: ReadonlyMap<string, ChannelPlugin>;
}

/** The plugins of one process. Without hands they only declare themselves, as the configuration needs it. */
export function pluginsOf(hands: Hands | undefined): SimulatedPlugins {
  return { actions: simulatedActions(hands), checks: simulatedChecks(hands), channels: simulatedChannels(hands) };
}
