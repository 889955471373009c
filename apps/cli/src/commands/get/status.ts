import type { KillSwitch } from '@cortex/contracts';
import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { facts } from '../../output/table.ts';
import { killSwitchText } from './kill-switch.ts';

export async function getStatus({ surroundings }: CommandInput): Promise<void> {
  interface Status {
    readonly version: string;
    readonly environment: string;
    readonly nats: { readonly connected: boolean };
    readonly killSwitch: KillSwitch;
    readonly dryRun: boolean;
    readonly services: readonly { readonly name: string }[];
    readonly counts: Readonly<Record<string, number>>;
    readonly targets: { readonly total: number; readonly byState: Readonly<Record<string, number>> };
  }
  const answer = await surroundings.api.get<Status>('/status');
  show(surroundings, answer, (status) =>
    facts([
      ['console', `${surroundings.api.url} (${status.version}, ${status.environment})`],
      ['nats', status.nats.connected ? 'connected' : 'NOT CONNECTED'],
      ['kill switch', killSwitchText(status.killSwitch)],
      ['dry run', status.dryRun ? 'yes: nothing is changed' : undefined],
      ['incidents', countsText(status.counts)],
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
