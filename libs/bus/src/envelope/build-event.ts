import { Envelope, checkData, dataSchemaOf, findEventDefinition } from '@cortex/contracts';
import { envelopeSubjectOf, maxEventBytes, subjectOfEnvelope } from '@cortex/contracts';
import type { AnyDraft, CortexEvent, StreamName } from '@cortex/contracts';
import { BadDraftError } from '../errors.ts';
import { effectId, freshId, traceParent } from '../ids.ts';
import type { Cause } from '../ports.ts';
import { describeIssues } from './describe-issues.ts';
import { isDeeperThan, maxJsonDepth } from './json-depth.ts';

/** An event ready to be sent. */
export interface BuiltEvent {
  readonly event: CortexEvent;
  readonly subject: string;
  readonly stream: StreamName;
  readonly bytes: Uint8Array;
}

export interface EventOrigin {
  readonly source: string;
  readonly nowMs: number;
  /** For a fresh id. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly cause?: Cause | undefined;
  /** Used instead of the derived or fresh id. */
  readonly id?: string | undefined;
}

const encoder = new TextEncoder();

/** Builds the event of a draft and validates it against its contract. Throws {@link BadDraftError}. */
export function buildEvent(draft: AnyDraft, origin: EventOrigin): BuiltEvent {
  const definition = findEventDefinition(draft.type);
  if (!definition) throw new BadDraftError(draft.type, 'no event is called so');
  const data = checkData(definition, draft.data);
  if (!data.success) throw new BadDraftError(draft.type, describeIssues(data.error));
  const { cause } = origin;
  const id = origin.id ?? (cause ? effectId(cause, draft.type, draft.key) : freshId(origin.nowMs, origin.randomBytes));
  const envelope = Envelope.safeParse({
    specversion: '1.0',
    id,
    source: origin.source,
    type: draft.type,
    subject: envelopeSubjectOf(draft),
    time: new Date(origin.nowMs).toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(definition),
    ...(draft.incidentId === undefined ? {} : { incidentid: draft.incidentId }),
    correlationid: cause?.correlationid ?? draft.incidentId ?? id,
    ...(cause ? { causationid: cause.id } : {}),
    traceparent: traceParent(id, cause?.traceparent),
    data: data.data,
  });
  if (!envelope.success) throw new BadDraftError(draft.type, describeIssues(envelope.error));
  const bytes = encoder.encode(JSON.stringify(envelope.data));
  if (bytes.length > maxEventBytes) {
    throw new BadDraftError(
      draft.type,
      `${bytes.length} bytes, at most ${maxEventBytes} allowed; publish less per event`,
    );
  }
  if (isDeeperThan(bytes, maxJsonDepth)) throw new BadDraftError(draft.type, `nested deeper than ${maxJsonDepth}`);
  return {
    event: envelope.data as CortexEvent,
    subject: subjectOfEnvelope(definition, envelope.data),
    stream: definition.stream,
    bytes,
  };
}

/** Builds all or none. Two drafts with the same id are refused, because the stream would drop the second. */
export function buildEvents(drafts: readonly AnyDraft[], origin: EventOrigin): readonly BuiltEvent[] {
  const built = drafts.map((draft) => buildEvent(draft, origin));
  const seen = new Set<string>();
  for (const { event } of built) {
    if (seen.has(event.id)) {
      throw new BadDraftError(
        event.type,
        'another draft of this type has the same cause and key; give each its own key',
      );
    }
    seen.add(event.id);
  }
  return built;
}
