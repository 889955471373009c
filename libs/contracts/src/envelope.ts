import { z } from 'zod';
import type { EventData, EventInput, EventType, PartitionEventType, ServiceEventType } from './catalogue.ts';
import type { EventDefinition } from './define-event.ts';
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
  /** The service that the event is about, or the partition: `partition-3`. */
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

interface DraftFields<Type extends EventType> {
  readonly type: Type;
  readonly data: EventInput<Type>;
  readonly incidentId?: string;
  readonly key?: string;
}

/**
 * An event that pure code wants published. The bus gives it an id derived from its cause, its type and `key`, so a
 * redelivered cause cannot produce a second event. Two drafts of one type from one cause need different keys.
 */
export interface EventDraft<Type extends ServiceEventType = ServiceEventType> extends DraftFields<Type> {
  /** The service that the event is about. */
  readonly service: string;
}

/** As {@link EventDraft}, for events that are about a partition of the telemetry. */
export interface PartitionDraft<Type extends PartitionEventType = PartitionEventType> extends DraftFields<Type> {
  readonly partition: number;
}

export type AnyDraft = EventDraft | PartitionDraft;

/** Writes a draft; infers the data type from the definition. */
export function draft<Type extends ServiceEventType>(
  definition: { readonly type: Type },
  fields: Omit<EventDraft<Type>, 'type'>,
): EventDraft<Type> {
  return { type: definition.type, ...fields };
}

/** As {@link draft}, for events that are about a partition. */
export function partitionDraft<Type extends PartitionEventType>(
  definition: { readonly type: Type },
  fields: Omit<PartitionDraft<Type>, 'type'>,
): PartitionDraft<Type> {
  return { type: definition.type, ...fields };
}

const partitionPrefix = 'partition-';

/** The `subject` in the envelope of a draft: the service, or `partition-3`. */
export function envelopeSubjectOf(of: AnyDraft): string {
  return 'partition' in of ? `${partitionPrefix}${of.partition}` : of.service;
}

/** `cortex.<type>.<service>`, the service escaped to one token; for events about a partition `cortex.<type>.<partition>`. */
export function subjectOf(type: string, about: string): string {
  return `cortex.${type}.${escapeToken(about)}`;
}

/** The subject that an event travels on, by its envelope. Old envelopes name a partition by its number alone, `3`. */
export function subjectOfEnvelope(
  { type, about }: Pick<EventDefinition, 'type' | 'about'>,
  { subject }: Pick<Envelope, 'subject'>,
): string {
  const isPartition = about === 'partition' && subject.startsWith(partitionPrefix);
  return subjectOf(type, isPartition ? subject.slice(partitionPrefix.length) : subject);
}

/** The subjects of one event type: of one service, of one partition, or all. */
export function subjectFilter(
  type: string,
  { service, partition }: { readonly service?: string | undefined; readonly partition?: number | undefined } = {},
): string {
  const about = partition === undefined ? service : String(partition);
  return about === undefined ? `cortex.${type}.*` : subjectOf(type, about);
}

/** `urn:cortex:<type>:v<version>` */
export function dataSchemaOf(definition: { readonly type: string; readonly version: number }): string {
  return `urn:cortex:${definition.type}:v${definition.version}`;
}

/** The version that a `dataschema` of this type names, or undefined when it is none of this type. */
export function schemaVersionOf(definition: { readonly type: string }, dataschema: string): number | undefined {
  const version = Number(dataschema.slice(dataschema.lastIndexOf('v') + 1));
  return dataschema === dataSchemaOf({ type: definition.type, version }) ? version : undefined;
}

/** The KV key of a target, also used as the name of the lease on it. */
export function targetKey(target: { readonly service: string; readonly instance: string }): string {
  return `${escapeToken(target.service)}.${escapeToken(target.instance)}`;
}
