import type { GateResult, Silence } from '@cortex/contracts';
import { type GateQuestion, objects, passes } from './gate.ts';

/** Somebody asked for a target to be left alone, or it cannot be known that nobody did. */
export function silenceGate({ facts, silence }: Pick<GateQuestion, 'facts' | 'silence'>): GateResult {
  if (silence !== undefined) return heldBySilence(silence);
  if (facts.hasUnreadableSilence)
    return objects('silence', 'hold', 'silences_unreadable', 'the silences cannot be read, so any may hold', {
      active: 'unreadable',
    });
  return passes('silence', 'no silence covers it', {});
}

/** What the gate says of a silence that holds. */
export function heldBySilence({ id, service, instance, by, reason, endsAt }: Silence): GateResult {
  const what = instance === undefined ? service : `${service}/${instance}`;
  const inputs = { silence: id, by, until: endsAt, reason };
  const text = `silence ${id} of ${what}, by ${by} until ${endsAt}: ${reason}`;
  return objects('silence', 'hold', 'silenced', text, inputs);
}
