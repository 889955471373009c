import { AuditRecord } from '@cortex/audit';
import type { Bus } from '@cortex/bus';
import { incidentBucket, journalBucket, type ExecutionRecord, type Incident } from '@cortex/contracts';

export async function incidentsOf(bus: Bus): Promise<readonly Incident[]> {
  return (await (await bus.bucket(incidentBucket)).entries()).map((entry) => entry.value.incident);
}

export async function executionsOf(bus: Bus): Promise<readonly ExecutionRecord[]> {
  return (await (await bus.bucket(journalBucket)).entries()).map((entry) => entry.value);
}

/** The messages that the audit trail holds, as `<stream>:<sequence>`. */
export async function auditedMessages(bus: Bus): Promise<ReadonlySet<string>> {
  const recorded = new Set<string>();
  let caughtUp = (): void => undefined;
  const done = new Promise<void>((resolve) => (caughtUp = resolve));
  const reading = await bus.readRaw({
    stream: 'AUDIT',
    fromSequence: 1,
    handle({ data }) {
      const { stream, sequence } = AuditRecord.parse(JSON.parse(Buffer.from(data).toString('utf8')));
      recorded.add(`${stream}:${sequence}`);
    },
    onCaughtUp: () => caughtUp(),
  });
  await done;
  await reading.stop();
  return recorded;
}
