import type { LogRecord } from '@cortex/signals';
import { z } from 'zod';
import { Rejection, Rejections } from '../../rejections.ts';
import { Attributes, textOf, textOfValue, type AttributeValue } from '../attributes.ts';
import { identityOf } from '../identity.ts';
import type { LogsRequest } from './request.ts';

export interface ReceivedRecords {
  readonly records: readonly LogRecord[];
  readonly rejections: Rejections;
}

/** Log records, reduced to their source, severity and text. */
export function toRecords(request: LogsRequest): ReceivedRecords {
  const rejections = new Rejections('record');
  const records: LogRecord[] = [];
  for (const { resource, scopeLogs } of request.resourceLogs ?? []) {
    const identity = identityOf(resource?.attributes);
    const received = (scopeLogs ?? []).flatMap(({ logRecords }) => logRecords ?? []);
    if (identity instanceof Rejection) {
      rejections.add(identity, received.length);
      continue;
    }
    for (const { severityNumber = 0, severityText = '', body, eventName = '' } of received) {
      records.push({ ...identity, severityNumber, severityText, body: bodyOf(body) ?? eventName });
    }
  }
  return { records, rejections };
}

const Mapping = z.object({ kvlistValue: z.object({ values: Attributes }) });
/** The keys of the text in a structured body, as log shippers use them. */
const messageKeys = ['message', 'msg', 'log'] as const;

/** The text of a body, if there is one. */
function bodyOf(body: AttributeValue | undefined): string | undefined {
  if (body === undefined || Object.keys(body).length === 0) return undefined;
  const mapping = body['kvlistValue'] === undefined ? undefined : Mapping.safeParse(body);
  if (mapping?.success !== true) return textOfValue(body);
  const { values } = mapping.data.kvlistValue;
  const message = messageKeys.map((key) => textOf(values, key)).find((text) => text !== undefined);
  return message ?? textOfValue(body);
}
