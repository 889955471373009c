import type { DeadLetterReason } from '@cortex/bus';
import { dataSchemaOf, eventDefinitions, maxEventBytes, subjectOf, type EventDefinition } from '@cortex/contracts';
import { createHash, randomUUID } from 'node:crypto';

/** One message that no service can read, and why not. */
export interface HostileMessage {
  readonly reason: Exclude<DeadLetterReason, 'handler_failed'>;
  readonly data: Uint8Array;
}

const fiveMebibytes = 5 * 1024 * 1024;
const service = 'patient0';

/** Subject of the hostile messages of one event type: a partition that is read, or a service that is watched. */
export function subjectFor(definition: EventDefinition): string {
  return subjectOf(definition.type, definition.stream === 'TELEMETRY' ? '0' : service);
}

/** `count` messages for one event type, each of its own bytes: one huge, a few nested ten thousand deep, all other kinds alike. */
export function* hostileMessages(definition: EventDefinition, count: number): Generator<HostileMessage> {
  const makers = Object.entries(kinds) as [HostileMessage['reason'], (typeof kinds)['not_json']][];
  for (let index = 0; index < count; index += 1) {
    const salt = `${definition.type}-${index}`;
    if (index === count - 1) {
      yield { reason: 'too_large', data: huge(salt) };
    } else if (index % 50 === 49) {
      yield { reason: 'too_deep', data: bytes(`{"${salt}":${'['.repeat(10_000)}${']'.repeat(10_000)}}`) };
    } else {
      const [reason, make] = makers[index % makers.length] ?? ['not_json', kinds.not_json];
      yield { reason, data: make(definition, salt) };
    }
  }
}

const kinds = {
  not_json: (_definition: EventDefinition, salt: string) => bytes(`{"${salt}": this is no JSON \u0000`),
  bad_envelope: (_definition: EventDefinition, salt: string) => bytes(JSON.stringify({ hello: salt })),
  wrong_schema: (definition: EventDefinition, salt: string) => envelope(definition, { data: { hostile: salt } }),
  unknown_version: (definition: EventDefinition, salt: string) =>
    envelope(definition, { dataschema: `urn:cortex:${definition.type}:v99`, data: { hostile: salt } }),
  unknown_type: (definition: EventDefinition, salt: string) =>
    envelope(definition, { type: 'no.such.event', data: { hostile: salt } }),
  type_subject_mismatch: (definition: EventDefinition, salt: string) =>
    envelope(definition, { ...another(definition), data: { hostile: salt } }),
};

/** The envelope of another event type, on the subject of this one. */
function another(definition: EventDefinition): Record<string, string> {
  const other = eventDefinitions.find(({ type }) => type !== definition.type) ?? eventDefinitions[0];
  return { type: other.type, dataschema: dataSchemaOf(other) };
}

function envelope(definition: EventDefinition, change: Record<string, unknown>): Uint8Array {
  return bytes(
    JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: '/cortex/hostile',
      type: definition.type,
      subject: definition.stream === 'TELEMETRY' ? '0' : service,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      dataschema: dataSchemaOf(definition),
      ...change,
    }),
  );
}

function huge(salt: string): Uint8Array {
  if (fiveMebibytes <= maxEventBytes) throw new RangeError('five mebibytes are no longer too large');
  const data = new Uint8Array(fiveMebibytes).fill(0x20);
  data.set(bytes(salt));
  return data;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function hashOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
