import { parseAnswer } from '@cortex/api';
import { findEventDefinition, type CortexEvent, type Envelope, type EventType } from '@cortex/contracts';

/** Any event that this version knows; its type determines its data. */
export type KnownEvent = { readonly [Type in EventType]: CortexEvent<Type> }[EventType];

/** Undefined for an event of a newer Cortex: of an unknown type, or with data of another form. */
export function knownEvent(envelope: Envelope): KnownEvent | undefined {
  const definition = findEventDefinition(envelope.type);
  if (definition === undefined) return undefined;
  const data = parseAnswer(definition.data, envelope.data);
  // The data was validated against the definition of this type.
  return data.ok ? ({ ...envelope, data: data.value } as KnownEvent) : undefined;
}
