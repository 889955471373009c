import { JsonRecord } from '@cortex/contracts';

const maxTextLength = 1_000;
const maxEvidenceLength = 8_192;

/** Cuts text to the length that an event can carry. */
export function clipText(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength - 1)}…`;
}

/**
 * Evidence of a plugin, reduced to JSON of at most 8 KiB: a plugin must not be able to cause an event that cannot be
 * sent.
 */
export function safeEvidence(evidence: JsonRecord): JsonRecord {
  try {
    // Stringify first: it refuses cyclic values, which the schema would follow or let through.
    if (JSON.stringify(evidence).length > maxEvidenceLength) return { omitted: 'the evidence was too large' };
    return JsonRecord.parse(evidence);
  } catch {
    return { omitted: 'the evidence was not JSON' };
  }
}
