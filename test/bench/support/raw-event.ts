import { randomUUID } from 'node:crypto';
import { dataSchemaOf, subjectOf } from '@cortex/contracts';
import type { EventDefinition, EventInput, EventType } from '@cortex/contracts';

/** An event ready to be sent without the bus. */
export interface RawEvent {
  readonly id: string;
  readonly subject: string;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

/** Writes an event as another program would: by the published format alone. */
export function rawEvent<Type extends EventType>(
  definition: EventDefinition<Type>,
  about: string,
  data: EventInput<Type>,
): RawEvent {
  const id = randomUUID();
  const event = {
    specversion: '1.0',
    id,
    source: '/cortex/bench',
    type: definition.type,
    subject: definition.about === 'partition' ? `partition-${about}` : about,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(definition),
    correlationid: id,
    data,
  };
  return { id, subject: subjectOf(definition.type, about), bytes: encoder.encode(JSON.stringify(event)) };
}
