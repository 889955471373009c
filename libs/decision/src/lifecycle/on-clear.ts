import type { IncidentRecord } from '@cortex/contracts';
import { reassess } from '../assessment/reassess.ts';
import type { Facts } from '../model/facts.ts';
import type { InputOf } from '../model/input.ts';
import type { Transition } from '../model/transition.ts';
import { ignore } from '../record/finish.ts';
import { isTimerSet } from '../record/timers.ts';
import { type Work, activeSignals, change, continueWork, isExecuting, remember } from '../record/work.ts';
import { healthSignalKey } from '../signals/from-health.ts';
import { clearSignal } from '../signals/merge.ts';
import { isOlder, lastOf } from '../signals/order.ts';
import { decide } from '../decide/decide.ts';
import { whenClear } from '../moves/clear.ts';

type ClearInput = InputOf<'anomaly.cleared'> | InputOf<'health.changed'>;

/** One thing is over. When it was the last, the incident may be. */
export function takeClearing(
  record: IncidentRecord | undefined,
  input: ClearInput,
  facts: Facts,
  now: string,
): Work | Transition {
  if (record === undefined || record.incident.status === 'resolved') return ignore(record, 'no_incident_open');
  const key = input.type === 'health.changed' ? healthSignalKey(input.data.target.instance) : input.data.anomalyId;
  const clearedAt = input.type === 'health.changed' ? input.data.since : input.data.clearedAt;
  const sequence = input.type === 'health.changed' ? input.data.sequence : undefined;
  const known = record.incident.signals.find((signal) => signal.key === key);
  const work = continueWork(record, input, facts, now);
  if (known === undefined) {
    if (input.type === 'health.changed') return ignore(record, 'was_not_in_trouble');
    remember(work, { clearedEarly: [...work.memory.clearedEarly, key].slice(-100) });
    return work;
  }
  if (!known.active || isOlder({ at: clearedAt, sequence }, lastOf(known))) return ignore(record, 'newer_state_known');
  change(work, { signals: clearSignal(work.incident, key, clearedAt, sequence) }, `cleared: ${known.summary}`);
  reassess(work);
  if (isExecuting(work.incident)) return work;
  if (activeSignals(work.incident).length > 0) {
    if (work.incident.status === 'awaiting_approval') decide(work);
    return work;
  }
  const isWatched = work.incident.status === 'monitoring' && isTimerSet(work, 'monitoring');
  if (!isWatched) whenClear(work);
  return work;
}
