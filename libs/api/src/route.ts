import type { z } from 'zod';

/**
 * The request and answer of one route. The server validates requests with it, clients answers, and OpenAPI is generated
 * from it.
 */
export interface Route {
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly response: z.ZodType;
  /** Of a success. Default 200. */
  readonly status?: number;
}

/** The inputs of a call. A query is text in transit, so the server validates its values. */
export type RequestOf<Called extends Route> = PartOf<Called, 'params'> &
  PartOf<Called, 'body'> &
  (Called extends { readonly query: infer Query extends z.ZodObject }
    ? { readonly query?: { readonly [Key in keyof z.input<Query>]?: string | number | undefined } }
    : unknown);

type PartOf<Called, Part extends 'params' | 'body'> =
  Called extends Readonly<Record<Part, infer Schema extends z.ZodObject>>
    ? Readonly<Record<Part, z.input<Schema>>>
    : unknown;
