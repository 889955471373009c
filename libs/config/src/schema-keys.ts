import { z } from 'zod';

/** The keys that a schema allows at a path, for suggestions and lists; empty where it allows any. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const place = descend(schema, path);
  const { keyType } = definitionOf(place) ?? {};
  if (keyType instanceof z.ZodEnum) return keyType.options.map(String);
  return Object.keys(shapeOf(place) ?? {});
}

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}

function descend(schema: z.ZodType | undefined, path: readonly PropertyKey[]): z.ZodType | undefined {
  let current = schema;
  for (const segment of path) {
    const definition = definitionOf(current);
    if (definition === undefined) return undefined;
    current =
      typeof segment === 'number' ? definition.element : (definition.shape?.[String(segment)] ?? definition.valueType);
  }
  return current;
}

function shapeOf(schema: z.ZodType | undefined): Readonly<Record<string, z.ZodType>> | undefined {
  return definitionOf(schema)?.shape;
}

/** The definition below every wrapper: optional, default, transform. */
function definitionOf(schema: z.ZodType | undefined): Definition | undefined {
  let current = schema;
  for (;;) {
    const definition = current?.def as unknown as Definition | undefined;
    const inner = definition?.innerType ?? definition?.in;
    if (inner === undefined) return definition;
    current = inner;
  }
}
