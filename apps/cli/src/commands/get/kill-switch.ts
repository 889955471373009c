import type { KillSwitch } from '@cortex/contracts';
import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { age } from '../../output/time.ts';

export async function getKillSwitch({ context }: CommandInput): Promise<void> {
  const answer = await context.api.call('killSwitch');
  show(context, answer, killSwitchText);
}

export function killSwitchText({ on, by, reason, at }: KillSwitch): string {
  return `${on ? 'ON: Cortex changes nothing' : 'off'} (${by}, ${age(at)} ago: ${reason})`;
}
