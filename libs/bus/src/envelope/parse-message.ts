import {
  Envelope,
  checkData,
  dataSchemaOf,
  findEventDefinition,
  maxEventBytes,
  schemaVersionOf,
  subjectOfEnvelope,
  upgradeData,
} from '@cortex/contracts';
import type { CortexEvent, EventType } from '@cortex/contracts';
import { messageOf } from '@cortex/errors';
import type { DeadLetterReason } from '../dead-letter-reason.ts';
import { describeIssues } from './describe-issues.ts';
import { isDeeperThan, maxJsonDepth } from './json-depth.ts';

export type ParsedMessage<Type extends EventType> =
  | { readonly ok: true; readonly event: CortexEvent<Type> }
  | { readonly ok: false; readonly reason: DeadLetterReason; readonly detail: string };

const decoder = new TextDecoder('utf-8', { fatal: true });

function refuse(reason: DeadLetterReason, detail: string): { ok: false; reason: DeadLetterReason; detail: string } {
  return { ok: false, reason, detail };
}

/** Parses a message, the cheap checks first. Never throws, whatever the bytes are. */
export function parseMessage<Type extends EventType>(
  type: Type,
  message: { readonly subject: string; readonly data: Uint8Array },
): ParsedMessage<Type> {
  const { data, subject } = message;
  if (data.length > maxEventBytes) return refuse('too_large', `${data.length} bytes, at most ${maxEventBytes} allowed`);
  if (isDeeperThan(data, maxJsonDepth)) return refuse('too_deep', `nested deeper than ${maxJsonDepth}`);
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(data));
  } catch (error) {
    return refuse('not_json', messageOf(error));
  }
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) return refuse('bad_envelope', describeIssues(envelope.error));
  const definition = findEventDefinition(envelope.data.type);
  if (!definition) return refuse('unknown_type', `no event is called "${envelope.data.type}"`);
  const said = subjectOfEnvelope(definition, envelope.data);
  if (definition.type !== type || said !== subject) {
    return refuse('type_subject_mismatch', `the envelope says ${said}, the message came on ${subject}`);
  }
  const version = schemaVersionOf(definition, envelope.data.dataschema);
  const present = version === undefined ? undefined : upgradeData(definition, version, envelope.data.data);
  if (present === undefined) {
    return refuse('unknown_version', `${envelope.data.dataschema}, this consumer knows ${dataSchemaOf(definition)}`);
  }
  const parsed = checkData(definition, present.data);
  if (!parsed.success) return refuse('wrong_schema', describeIssues(parsed.error));
  const dataschema = dataSchemaOf(definition);
  return { ok: true, event: { ...envelope.data, dataschema, data: parsed.data } as CortexEvent<Type> };
}
