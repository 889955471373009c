import { shortId } from '@cortex/api';
import type { Status } from '@cortex/api';
import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { silencedText, untilText } from '../../output/silence-text.ts';
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
      ...status.taken.map((one, index): [string, string] => [index === 0 ? 'taken' : '', takenText(one)]),
      ...status.silences.map((one, index): [string, string] => [index === 0 ? 'silenced' : '', silenceText(one)]),
      ['targets', `${status.targets.total} (${countsText(status.targets.byState)})`],
      ['services seen', status.services.map((service) => service.name).join(', ') || 'none yet'],
    ]),
  );
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${count} ${wordsOf(name)}`);
  return parts.join(', ') || 'none';
}

/** `awaitingApproval` and `HEALTHY` as they are read. */
function wordsOf(name: string): string {
  if (name === name.toUpperCase()) return name.toLowerCase();
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function waitText({ incidentId, service, waiting }: Status['waiting'][number]): string {
  const { for: what, reason, since } = waiting;
  return `${service} (${shortId(incidentId)}) waits for ${words(what)}, for ${age(since)}: ${reason}`;
}

function takenText({ incidentId, service, by }: Status['taken'][number]): string {
  return `${service} (${shortId(incidentId)}) by ${by}`;
}

function silenceText(silence: Status['silences'][number]): string {
  return `${silencedText(silence)} ${untilText(silence)}, by ${silence.by}: ${silence.reason}`;
}
