import type { z } from 'zod';

/** What one route takes and answers. The server checks requests with it, clients answers, and OpenAPI tells of it. */
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

/** What a client names to call a route. A query is text on its way, so the server judges its values. */
export type RequestOf<Called extends Route> = PartOf<Called, 'params'> &
  PartOf<Called, 'body'> &
  (Called extends { readonly query: infer Query extends z.ZodObject }
    ? { readonly query?: { readonly [Key in keyof z.input<Query>]?: string | number | undefined } }
    : unknown);

type PartOf<Called, Part extends 'params' | 'body'> =
  Called extends Readonly<Record<Part, infer Schema extends z.ZodObject>>
    ? Readonly<Record<Part, z.input<Schema>>>
    : unknown;
