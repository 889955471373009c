import { z } from 'zod';
import type { EventData, EventInput, EventType } from './catalogue.ts';
import { Name, Timestamp } from './model/scalars.ts';
import { escapeToken } from './token.ts';

/** A CloudEvents 1.0 envelope in structured JSON, with Cortex's extensions. `data` is checked apart, by type. */
export const Envelope = z.strictObject({
  specversion: z.literal('1.0'),
  /** Time-ordered UUID; also the `Nats-Msg-Id`. */
  id: z.uuid(),
  /** `/cortex/<app>` */
  source: z.string().min(1).max(128),
  type: z.string().min(1).max(128),
  /** The service that the event is about. */
  subject: Name,
  time: Timestamp,
  datacontenttype: z.literal('application/json'),
  /** `urn:cortex:<type>:v<version>` */
  dataschema: z.string().min(1).max(256),
  incidentid: z.uuid().optional(),
  correlationid: z.string().min(1).max(128).optional(),
  /** The event that led to this one. */
  causationid: z.uuid().optional(),
  traceparent: z.string().max(128).optional(),
  data: z.unknown(),
});
export type Envelope = z.infer<typeof Envelope>;

/** An event whose data matches its type. */
export interface CortexEvent<Type extends EventType = EventType> extends Omit<Envelope, 'type' | 'data'> {
  readonly type: Type;
  readonly data: EventData<Type>;
}

/**
 * An event that pure code wants published. The bus gives it an id derived from its cause, its type and `key`, so a
 * redelivered cause cannot produce a second event. Two drafts of one type from one cause need different keys.
 */
export interface EventDraft<Type extends EventType = EventType> {
  readonly type: Type;
  /** The service that the event is about; for `telemetry.metrics` the partition number as text. */
  readonly service: string;
  readonly data: EventInput<Type>;
  readonly incidentId?: string;
  readonly key?: string;
}

/** Writes a draft; infers the data type from the definition. */
export function draft<Type extends EventType>(
  definition: { readonly type: Type },
  fields: Omit<EventDraft<Type>, 'type'>,
): EventDraft<Type> {
  return { type: definition.type, ...fields };
}

/** `cortex.<type>.<service>`, the service escaped to one token. */
export function subjectOf(type: string, service: string): string {
  return `cortex.${type}.${escapeToken(service)}`;
}

/** The subjects of one event type, for whatever service. */
export function subjectFilter(type: string): string {
  return `cortex.${type}.*`;
}

/** `urn:cortex:<type>:v<version>` */
export function dataSchemaOf(definition: { readonly type: string; readonly version: number }): string {
  return `urn:cortex:${definition.type}:v${definition.version}`;
}

/** The KV key of a target, and with it the name that a lease on it bears. */
export function targetKey(target: { readonly service: string; readonly instance: string }): string {
  return `${escapeToken(target.service)}.${escapeToken(target.instance)}`;
}
