import { z } from 'zod';
import { parseJson } from '../http/body.ts';
import { RequestError } from '../http/request-error.ts';
import type { Rejections } from '../rejections.ts';
import type { Encoding } from './answer.ts';

/** The receiver of one signal's requests. */
export interface Receiver {
  readonly path: string;
  /** The field of the answer for the number of rejected items. */
  readonly rejectedField: string;
  /** Accepts what is valid; throws where nothing is. */
  readonly take: (body: Buffer, encoding: Encoding) => Rejections;
}

export interface ReceiverOptions<T> {
  readonly signal: 'metrics' | 'logs' | 'traces';
  readonly rejectedField: string;
  readonly schema: z.ZodType<T>;
  readonly decode: (body: Buffer) => T;
  readonly take: (request: T) => Rejections;
}

export function createReceiver<T>({ signal, rejectedField, schema, decode, take }: ReceiverOptions<T>): Receiver {
  const fromJson = (body: Buffer): T => {
    const parsed = schema.safeParse(parseJson(body));
    if (parsed.success) return parsed.data;
    throw new RequestError(400, `not an OTLP ${signal} request: ${z.prettifyError(parsed.error).slice(0, 1_000)}`);
  };
  return {
    path: `/v1/${signal}`,
    rejectedField,
    take: (body, encoding) => take(encoding === 'json' ? fromJson(body) : decode(body)),
  };
}
