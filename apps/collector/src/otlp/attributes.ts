import { z } from 'zod';

// The parts of OTLP/JSON that all its requests have (opentelemetry-proto v1, camelCase). Unknown fields are ignored, as
// OTLP requires. 64-bit integers come as text or as numbers, doubles also as "NaN" and "Infinity".

export const Integer = z.union([z.string().max(32), z.number()]);
export const Double = z.union([z.number(), z.string().max(32)]);

export const AttributeValue = z.looseObject({
  stringValue: z.string().optional(),
  intValue: Integer.optional(),
  doubleValue: Double.optional(),
  boolValue: z.boolean().optional(),
});
export type AttributeValue = z.infer<typeof AttributeValue>;

const Attribute = z.object({ key: z.string(), value: AttributeValue.optional() });
export type Attribute = z.infer<typeof Attribute>;

export const Attributes = z.array(Attribute).optional();
export type Attributes = z.infer<typeof Attributes>;

export const Resource = z.object({ attributes: Attributes }).optional();

/** A value as text; lists and mappings as their JSON. */
export function textOfValue(value: AttributeValue): string {
  const scalar = value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue;
  return scalar === undefined ? JSON.stringify(value) : String(scalar);
}

export function textOf(attributes: Attributes, key: string): string | undefined {
  const value = attributes?.find((attribute) => attribute.key === key)?.value;
  return value === undefined ? undefined : textOfValue(value);
}
