import { dataSchemaOf, eventDefinitions, streams, subjectFilter, type EventDefinition } from '@cortex/contracts';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** The JSON Schema (draft 2020-12) of an event's data. */
export function dataJsonSchema(definition: EventDefinition): Json {
  return {
    $id: dataSchemaOf(definition),
    title: definition.type,
    description: definition.summary,
    ...z.toJSONSchema(definition.data, { io: 'input', unrepresentable: 'any' }),
  };
}

/** `remediation.step.completed` → `remediationStepCompleted`. */
function identifier(type: string): string {
  return type.replaceAll(/[.-](\w)/g, (_match, letter: string) => letter.toUpperCase());
}

/** The whole of Cortex's events as AsyncAPI 3.0; the schemas stand beside it, one file an event. */
export function asyncApiDocument(): Json {
  const channels: Json = {};
  const operations: Json = {};
  const messages: Json = {};
  for (const definition of eventDefinitions as readonly EventDefinition[]) {
    const name = identifier(definition.type);
    const parameter = definition.about ?? 'service';
    messages[name] = {
      name: definition.type,
      title: definition.type,
      summary: definition.summary,
      contentType: 'application/cloudevents+json',
      headers: {
        type: 'object',
        properties: { 'Nats-Msg-Id': { type: 'string', format: 'uuid', description: 'Equal to the id of the event' } },
      },
      payload: {
        schemaFormat: 'application/schema+json;version=draft-2020-12',
        schema: {
          allOf: [
            { $ref: './schemas/envelope.json' },
            {
              type: 'object',
              properties: {
                type: { const: definition.type },
                dataschema: { const: dataSchemaOf(definition) },
                data: { $ref: `./schemas/${definition.type}.json` },
              },
            },
          ],
        },
      },
    };
    channels[name] = {
      address: subjectFilter(definition.type).replace('*', `{${parameter}}`),
      messages: { [name]: { $ref: `#/components/messages/${name}` } },
      parameters: {
        [parameter]: {
          description:
            parameter === 'service'
              ? 'The service that the event is about, escaped to one subject token'
              : 'Telemetry partition, from 0',
        },
      },
      'x-jetstream': { stream: definition.stream, retention: 'limits', maxAgeMs: streams[definition.stream].maxAgeMs },
    };
    operations[`publish${name.charAt(0).toUpperCase()}${name.slice(1)}`] = {
      action: 'send',
      channel: { $ref: `#/channels/${name}` },
      'x-producers': definition.producers,
      'x-consumers': definition.consumers,
    };
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Cortex events',
      version: '1.0.0',
      description:
        'Every fact that Cortex publishes, as CloudEvents 1.0 in structured JSON on NATS JetStream. Delivery is at least once: drop repeats by `id`. `causationid` names the event that led to this one.',
    },
    defaultContentType: 'application/cloudevents+json',
    servers: { local: { host: '127.0.0.1:4222', protocol: 'nats' } },
    channels,
    operations,
    components: { messages },
  };
}
