import { z } from 'zod';
import type { CheckEntry } from './plugin-catalogue.ts';
import { tierOfGroup } from './schema/checks.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Adds the parameters of each known check to the groups of checks, so that editors complete them. */
export function withKnownChecks(schema: JsonSchema, checks: ReadonlyMap<string, CheckEntry>): JsonSchema {
  const names = [...checks.keys()];
  const properties = Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }]));
  const grouped = Object.fromEntries(
    Object.keys(tierOfGroup).map((key) => [key, { ...at(schema, 'properties', key), properties }]),
  );
  const entry = at(schema, 'properties', Object.keys(tierOfGroup)[0] ?? '', 'additionalProperties');
  const services = at(schema, 'properties', 'services');
  const service = at(services, 'items');
  const items = { ...service, properties: { ...at(service, 'properties'), ...grouped } };
  return {
    ...schema,
    properties: { ...at(schema, 'properties'), services: { ...services, items }, ...grouped },
    $defs: Object.assign({}, schema['$defs'], ...names.map((name) => definitionsOf(name, entry, checks.get(name)))),
  };
}

/** The check under its name, and the definitions that it refers to under names that begin with it. */
function definitionsOf(name: string, entry: JsonSchema, check: CheckEntry | undefined): JsonSchema {
  if (check === undefined) return {};
  const text = JSON.stringify(z.toJSONSchema(check.params, { io: 'input', unrepresentable: 'any' }));
  const { $defs = {}, properties = {} } = JSON.parse(text.replaceAll('"#/$defs/', `"#/$defs/${name}:`)) as {
    readonly $defs?: JsonSchema;
    readonly properties?: JsonSchema;
  };
  const more = Object.entries($defs).map(([key, definition]) => [`${name}:${key}`, definition]);
  // `required` is left out: the parameters may be below params.
  return {
    [name]: { ...entry, properties: { ...at(entry, 'properties'), ...properties } },
    ...Object.fromEntries(more),
  };
}

function at(schema: JsonSchema, ...path: readonly string[]): JsonSchema {
  let found = schema;
  for (const key of path) found = found[key] as JsonSchema;
  return found;
}
