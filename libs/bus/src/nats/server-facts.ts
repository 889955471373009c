import type { NatsConnection } from '@nats-io/transport-node';
import { maxPayloadBytes } from '@cortex/contracts';

/** How durable an acked event is: `background` loses the last seconds when the power fails. */
export type Durability = 'fsync_on_ack' | 'background' | 'unknown';

const oldest = [2, 9, 10] as const;

/** Compares `2.9.10` with another version by its numbers. */
export function isAtLeast(version: string, wanted: readonly [number, number, number]): boolean {
  const have = version.split(/[.-]/).slice(0, 3).map(Number);
  for (const [index, number] of wanted.entries()) {
    const part = have[index] ?? 0;
    if (part !== number) return part > number;
  }
  return true;
}

/** Why Cortex cannot run on this server, each problem with its fix. */
export function serverProblems(connection: NatsConnection): readonly string[] {
  const { info } = connection;
  if (!info) return ['the server said nothing about itself'];
  const problems: string[] = [];
  if (!isAtLeast(info.version, oldest)) {
    problems.push(`nats-server ${info.version} is too old: install ${oldest.join('.')} or newer`);
  }
  if (info.jetstream !== true) {
    problems.push('JetStream is off: start nats-server with "-js", or put "jetstream {}" into its configuration');
  }
  if (info.max_payload < maxPayloadBytes) {
    problems.push(
      `max_payload is ${info.max_payload}: set "max_payload: ${maxPayloadBytes}" in the configuration of nats-server`,
    );
  }
  return problems;
}

/**
 * Whether the server syncs before it acks. No server before 2.10 can; later ones say so only on their monitoring
 * address (`http://host:8222`).
 */
export async function durabilityOf(version: string, monitorUrl: string | undefined): Promise<Durability> {
  if (!isAtLeast(version, [2, 10, 0])) return 'background';
  if (monitorUrl === undefined) return 'unknown';
  try {
    const response = await fetch(new URL('/varz', monitorUrl), { signal: AbortSignal.timeout(3_000) });
    const body: unknown = await response.json();
    return syncsAlways(body) ? 'fsync_on_ack' : 'background';
  } catch {
    return 'unknown';
  }
}

function syncsAlways(varz: unknown): boolean {
  let at: unknown = varz;
  for (const name of ['jetstream', 'config', 'sync_always']) {
    if (typeof at !== 'object' || at === null) return false;
    at = Reflect.get(at, name);
  }
  return at === true;
}
