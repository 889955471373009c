import * as api from '@cortex/api';
import * as contracts from '@cortex/contracts';
import { apiErrors } from '@cortex/errors';
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { z } from 'zod';
import type { ServedRoute } from './define-route.ts';
import type { ProblemCode } from './problems.ts';

type JsonSchema = Record<string, unknown>;

/** Codes that any route may answer with. */
const everywhere: readonly ProblemCode[] = ['CORTEX_API_BAD_REQUEST', 'CORTEX_API_UNAUTHORIZED', 'CORTEX_API_INTERNAL'];

/** Schemas that get a name in the document instead of being repeated. */
const names = namedSchemas();

export const swaggerOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Cortex',
      version: '1.0.0',
      description:
        'See and steer Cortex. Errors are application/problem+json (RFC 9457) with a code, a cause and a fix. ' +
        'With CORTEX_API_TOKEN set, every route asks for it as a bearer token.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {},
    },
    security: [{}, { token: [] }],
  },
  stripBasePath: false,
  transform: ({ schema, url, route }) => {
    const definition = route.config?.definition;
    return { schema: definition === undefined ? { ...schema, hide: true } : operation(definition), url };
  },
  transformObject: (document) => {
    const { openapiObject } = document as unknown as { openapiObject: { components: { schemas: JsonSchema } } };
    openapiObject.components.schemas = reachable(openapiObject, componentSchemas());
    return openapiObject as never;
  },
};

/** The description of an operation for the swagger plugin. */
function operation(definition: ServedRoute): JsonSchema {
  const { params, query, body, response, status = 200, alsoAnswers = [], problems = [] } = definition;
  const responses: JsonSchema = {
    [status]: {
      description: 'Done',
      content: Object.fromEntries([
        ['application/json', { schema: jsonSchema(response, 'output') }],
        ...alsoAnswers.map((type) => [type, { schema: { type: 'string' } }]),
      ]),
    },
  };
  for (const [code, text] of problemResponses([...everywhere, ...problems])) {
    responses[code] = {
      description: text,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return {
    tags: [definition.tag],
    summary: definition.summary,
    operationId: operationId(definition),
    ...(params === undefined ? {} : { params: jsonSchema(params, 'input') }),
    ...(query === undefined ? {} : { querystring: jsonSchema(query, 'input') }),
    ...(body === undefined ? {} : { body: jsonSchema(body, 'input') }),
    response: responses,
  };
}

function problemResponses(codes: readonly ProblemCode[]): ReadonlyMap<number, string> {
  const byStatus = new Map<number, string>();
  for (const code of codes) {
    const { status, means: title } = apiErrors[code];
    const earlier = byStatus.get(status);
    byStatus.set(status, `${earlier === undefined ? '' : `${earlier}; `}${code}: ${title}`);
  }
  return byStatus;
}

/** `GET /incidents/:id/explanation` is `getIncidentsIdExplanation`. */
function operationId({ method, path }: ServedRoute): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return `${String(method).toLowerCase()}${words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join('')}`;
}

function namedSchemas() {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries({ ...contracts, ...api })) {
    if (schema instanceof z.ZodType && /^[A-Z]/.test(name) && !registry.has(schema)) registry.add(schema, { id: name });
  }
  return registry;
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const {
    $schema: _dialect,
    $defs: _definitions,
    ...rest
  } = z.toJSONSchema(schema, { io, metadata: names, unrepresentable: 'any' });
  const name = names.get(schema)?.id;
  return name === undefined ? withComponentRefs(rest) : { $ref: `#/components/schemas/${name}` };
}

function componentSchemas(): JsonSchema {
  const { schemas } = z.toJSONSchema(names, {
    uri: (id) => `#/components/schemas/${id}`,
    unrepresentable: 'any',
    io: 'output',
  });
  return Object.fromEntries(
    Object.entries(schemas)
      .filter(([name]) => name !== '__shared')
      .map(([name, schema]) => {
        const { $schema: _dialect, $id: _id, ...rest } = schema as JsonSchema;
        return [name, withComponentRefs(rest)];
      }),
  );
}

/** zod points to its own `$defs`, and to a copy of the recursive JSON value for each use; the document has one of each. */
function withComponentRefs(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema)
    .replaceAll(/"#\/components\/schemas\/__shared#\/\$defs\/schema\d+"/g, '"#/components/schemas/JsonValue"')
    .replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text) as JsonSchema;
}

/** Only schemas that some route uses, by name. */
function reachable(document: object, schemas: JsonSchema): JsonSchema {
  const wanted = new Set<string>();
  const queue: unknown[] = [document];
  for (const part of queue) {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([A-Za-z]+)"/g)) {
      if (wanted.has(name)) continue;
      wanted.add(name);
      queue.push(schemas[name] ?? {});
    }
  }
  return Object.fromEntries([...wanted].sort().map((name) => [name, schemas[name] ?? {}]));
}
