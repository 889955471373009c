import type { Bucket, Consumption } from '@cortex/bus';
import type { QuarantinedRecord } from '@cortex/contracts';
import type { OwnHealth } from './own-health.ts';

const part = { instance: 'unreadable-records', check: 'readable-records', type: 'quarantine' } as const;
const mostNamed = 5;

/** Records that wait in the quarantine are trouble of Cortex itself, until a person has seen to each of them. */
export async function tellUnreadableRecords(
  bucket: Bucket<QuarantinedRecord>,
  health: OwnHealth,
): Promise<Consumption> {
  const records = new Map<string, QuarantinedRecord>();
  let isRead = false;
  const tell = (): void => {
    // Where nothing ever was unreadable, there is nothing to tell.
    if (isRead && records.size > 0) void health.tell(part, describe([...records.values()]));
  };
  const watching = await bucket.watch((key, entry) => {
    if (entry !== undefined) records.set(key, entry.value);
    else records.delete(key);
    tell();
  });
  isRead = true;
  tell();
  return watching;
}

function describe(records: readonly QuarantinedRecord[]): string {
  const waiting = records.filter(({ settled }) => settled === undefined);
  if (waiting.length === 0) return '';
  const named = waiting.slice(-mostNamed).map(({ bucket, key, problem }) => `${key} in ${bucket} (${problem})`);
  const more = waiting.length > named.length ? `, and ${waiting.length - named.length} more` : '';
  const what = waiting.length === 1 ? 'a record' : `${waiting.length} records`;
  return `${what} cannot be read: ${named.join(', ')}${more}. cortex doctor shows how to repair`.slice(0, 1_000);
}
