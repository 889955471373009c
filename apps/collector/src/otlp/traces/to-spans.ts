import { durationSeconds, type Span } from '@cortex/signals';
import { Rejection, Rejections } from '../../rejections.ts';
import { identityOf } from '../identity.ts';
import { nanosecondsOf } from '../nanoseconds.ts';
import type { TracesRequest } from './request.ts';

export interface ReceivedSpans {
  readonly spans: readonly Span[];
  readonly rejections: Rejections;
}

const statusError = 2;
/** A span without a parent has none, or one of zeros. */
const noParent = /^0*$/;

/** Spans, reduced to source, operation, duration and status. */
export function toSpans(request: TracesRequest): ReceivedSpans {
  const rejections = new Rejections('span');
  const spans: Span[] = [];
  for (const { resource, scopeSpans } of request.resourceSpans ?? []) {
    const identity = identityOf(resource?.attributes);
    const received = (scopeSpans ?? []).flatMap((scope) => scope.spans ?? []);
    if (identity instanceof Rejection) {
      rejections.add(identity, received.length);
      continue;
    }
    for (const { name = '', kind = 0, parentSpanId = '', startTimeUnixNano, endTimeUnixNano, status } of received) {
      spans.push({
        ...identity,
        name,
        kind,
        isRoot: noParent.test(parentSpanId),
        isError: status?.code === statusError,
        seconds: durationSeconds(nanosecondsOf(startTimeUnixNano), nanosecondsOf(endTimeUnixNano)),
      });
    }
  }
  return { spans, rejections };
}
