import { defineBucket, mebibyte } from '../define-bucket.ts';
import { Incident } from '../model/incident.ts';
import { EscalationRecord, ExecutionRecord } from './state.ts';

const day = 24 * 60 * 60_000;

/**
 * What nobody works on any more rests for this long before it is archived: longer than an event is delivered again in
 * the course of work. Who is asked about something older reads the archive.
 */
export const archiveAfterMs = day;

/** The year before, for those who compare. At a limit the oldest go first. */
const archiveTtlMs = 400 * day;

/** 12 KB an incident that one attempt healed: a year at 1,000 a day. */
export const incidentArchiveBucket = defineBucket({
  name: 'cortex-incident-archive',
  summary: 'Incidents that are over, whole',
  key: '<incident id>',
  value: Incident,
  ttlMs: archiveTtlMs,
  maxBytes: 5120 * mebibyte,
  whenFull: 'drop_oldest',
  unreadable: 'replace',
});

/** 2 KB an execution of one step: a year at 1,000 a day and more. */
export const executionArchiveBucket = defineBucket({
  name: 'cortex-execution-archive',
  summary: 'The journal of each execution that is over',
  key: '<execution id>',
  value: ExecutionRecord,
  ttlMs: archiveTtlMs,
  maxBytes: 1024 * mebibyte,
  whenFull: 'drop_oldest',
});

/** 10 KB each, of the incidents that people are called to. */
export const escalationArchiveBucket = defineBucket({
  name: 'cortex-escalation-archive',
  summary: 'Escalations that are over',
  key: '<incident id>',
  value: EscalationRecord,
  ttlMs: archiveTtlMs,
  maxBytes: 512 * mebibyte,
  whenFull: 'drop_oldest',
  unreadable: 'replace',
});
