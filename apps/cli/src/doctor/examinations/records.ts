import { messageOf } from '@cortex/errors';
import { fail, ok, warn, type Finding, type Subject } from '../finding.ts';
import { waitingRecords } from '../quarantine.ts';

const mostShown = 20;

/** Whether everything that Cortex stored can be read. */
export async function examineRecords({ natsUrl }: Subject): Promise<readonly Finding[]> {
  if (natsUrl === undefined) return [];
  try {
    const waiting = await waitingRecords(natsUrl);
    if (waiting.length === 0) return [ok('records', 'none is in quarantine')];
    const lines = waiting.slice(0, mostShown).map(({ id, bucket, key, problem, foundAt, isComplete }) => {
      const cut = isComplete ? '' : ' (only its beginning was kept)';
      return `${id}: ${key} in ${bucket}, found ${foundAt}${cut}: ${problem}`;
    });
    const more = waiting.length > mostShown ? [`and ${waiting.length - mostShown} more`] : [];
    const what = waiting.length === 1 ? 'a record' : `${waiting.length} records`;
    return [
      fail(
        'records',
        [`${what} cannot be read:`, ...lines, ...more].join('\n'),
        '`cortex doctor --restore-record <id> --yes` puts the bytes back, once this version can read them; `--drop-record <id> --yes` gives the record up',
      ),
    ];
  } catch (error) {
    return [warn('records', `the quarantine cannot be read: ${messageOf(error)}`, 'see the lines on nats and streams')];
  }
}
