/** Why a message went to the dead letters. Closed, so that it can label a metric. */
const deadLetterReasons = [
  'not_json',
  'bad_envelope',
  'unknown_type',
  'unknown_version',
  'wrong_schema',
  'too_large',
  'too_deep',
  'type_subject_mismatch',
  'handler_failed',
] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];
