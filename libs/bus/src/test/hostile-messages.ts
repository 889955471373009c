import { systemRuntime } from '@cortex/runtime';
import { maxEventBytes } from '@cortex/contracts';
import type { DeadLetterReason } from '../dead-letter-reason.ts';
import { buildEvent } from '../envelope/build-event.ts';
import { cleared } from './bus-fixture.ts';

const encoder = new TextEncoder();
const origin = { source: '/cortex/detector', nowMs: Date.now(), randomBytes: systemRuntime.randomBytes };

/** A healthy event about the service `shop`, but for what is changed. */
export function hostile(change: Record<string, unknown>): Uint8Array {
  return encoder.encode(JSON.stringify({ ...buildEvent(cleared('shop', 'x'), origin).event, ...change }));
}

/** One message of each kind that goes to the dead letters. */
export const hostileMessages: Readonly<Record<Exclude<DeadLetterReason, 'handler_failed'>, () => Uint8Array>> = {
  not_json: () => encoder.encode('\u0000 this is {no json'),
  bad_envelope: () => hostile({ specversion: '9.9' }),
  unknown_type: () => hostile({ type: 'nobody.knows' }),
  unknown_version: () => hostile({ dataschema: 'urn:cortex:anomaly.cleared:v99' }),
  wrong_schema: () => hostile({ data: { anomalyId: 1 } }),
  too_large: () => new Uint8Array(maxEventBytes + 1).fill(0x20),
  too_deep: () => encoder.encode('['.repeat(10_000)),
  type_subject_mismatch: () => hostile({ subject: 'another' }),
};
