import type { CollectorSettings, SeriesSample } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import { z } from 'zod';
import { maxAheadMs } from '../limits.ts';
import { Rejection, Rejections } from '../rejections.ts';
import { identify, type LabelMapping } from './identify.ts';

export type Query = CollectorSettings['prometheus'][number]['queries'][number];

const Value = z.tuple([z.number(), z.string()]);

/** An answer of `/api/v1/query`. https://prometheus.io/docs/prometheus/latest/querying/api/ */
const Answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('error'), error: z.string() }),
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: Value.optional() })),
      }),
      z.object({ resultType: z.literal('scalar'), result: Value }),
      z.object({ resultType: z.enum(['matrix', 'string']) }),
    ]),
  }),
]);

/** An answer of Prometheus without samples. */
export class QueryError extends CortexError {
  constructor(message: string) {
    super('CORTEX_COLLECTOR_QUERY_FAILED', message);
  }
}

export interface QueryResult {
  readonly samples: readonly SeriesSample[];
  readonly rejections: Rejections;
}

/** The answer as samples: an instant vector, or a number, which is a vector of one without labels. Throws `QueryError`. */
export function readQueryResult(json: unknown, query: Query, mapping: LabelMapping, nowMs: number): QueryResult {
  const rejections = new Rejections();
  const samples: SeriesSample[] = [];
  for (const { metric, value } of vectorIn(json)) {
    const sample = toSample(metric, value, query, mapping, nowMs);
    if (sample instanceof Rejection) rejections.add(sample);
    else samples.push(sample);
  }
  return { samples, rejections };
}

interface Element {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [seconds: number, value: string] | undefined;
}

function vectorIn(json: unknown): readonly Element[] {
  const answer = Answer.safeParse(json);
  if (!answer.success) throw new QueryError('the answer is none of the query API of Prometheus');
  if (answer.data.status === 'error') throw new QueryError(answer.data.error);
  const { data } = answer.data;
  switch (data.resultType) {
    case 'vector':
      return data.result;
    case 'scalar':
      return [{ metric: {}, value: data.result }];
    default:
      throw new QueryError(`the result is a ${data.resultType}; write a query for an instant vector or a number`);
  }
}

function toSample(
  labels: Element['metric'],
  value: Element['value'],
  { metric, unit, service }: Query,
  mapping: LabelMapping,
  nowMs: number,
): SeriesSample | Rejection {
  if (value === undefined) return new Rejection('unread_kind', 'native histograms are not read');
  const [seconds, text] = value;
  const timeMs = Math.round(seconds * 1_000);
  const read = text === '' ? Number.NaN : Number(text);
  if (!Number.isSafeInteger(timeMs) || timeMs < 0)
    return new Rejection('bad_time', `a time of ${metric} is impossible`);
  if (timeMs > nowMs + maxAheadMs) {
    return new Rejection('from_the_future', `a time of ${metric} is more than ${maxAheadMs / 60_000} minutes ahead`);
  }
  if (!Number.isFinite(read)) return new Rejection('not_finite', `a value of ${metric} is not a finite number`);
  const identity = identify(Object.entries(labels), mapping, service === undefined ? {} : { otherwise: service });
  if (identity instanceof Rejection) return identity;
  return { ...identity, metric, ...(unit === undefined ? {} : { unit }), timeMs, value: read };
}
