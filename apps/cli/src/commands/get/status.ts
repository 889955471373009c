import { shortId } from '@cortex/api';
import type { Status } from '@cortex/api';
import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { facts } from '../../output/table.ts';
import { age, words } from '../../output/time.ts';
import { killSwitchText } from './kill-switch.ts';

export async function getStatus({ context }: CommandInput): Promise<void> {
  const answer = await context.api.call('status');
  show(context, answer, (status) =>
    facts([
      ['console', `${context.api.url} (${status.version}, ${status.environment})`],
      ['nats', status.nats.connected ? 'connected' : 'NOT CONNECTED'],
      ['kill switch', killSwitchText(status.killSwitch)],
      ['dry run', status.dryRun ? 'yes: nothing is changed' : undefined],
      ['incidents', countsText(status.counts)],
      ...status.waiting.map((one, index): [string, string] => [index === 0 ? 'waiting' : '', waitText(one)]),
      ['targets', `${status.targets.total} (${countsText(status.targets.byState)})`],
      ['services seen', status.services.map((service) => service.name).join(', ') || 'none yet'],
    ]),
  );
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(
    ([name, count]) => `${count} ${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`,
  );
  return parts.join(', ') || 'none';
}

function waitText({ incidentId, service, waiting }: Status['waiting'][number]): string {
  const { for: what, reason, since } = waiting;
  return `${service} (${shortId(incidentId)}) waits for ${words(what)}, for ${age(since)}: ${reason}`;
}
