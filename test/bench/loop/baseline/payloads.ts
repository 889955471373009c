import { readFileSync, writeFileSync } from 'node:fs';
import { escapeToken } from '@cortex/contracts';
import type { Tapped } from '../tap.ts';

/** The bodies that Cortex sends for one incident, by what they are. */
export type PayloadName =
  | 'pointer'
  | 'incident'
  | 'incidentStarted'
  | 'incidentCompleted'
  | 'incidentOpened'
  | 'incidentUpdated'
  | 'decisionMade'
  | 'remediationRequested'
  | 'timer'
  | 'lease'
  | 'reservation'
  | 'journalIntent'
  | 'journalResult'
  | 'journalCompleted'
  | 'remediationStarted'
  | 'stepCompleted'
  | 'remediationCompleted';
export type Payloads = Readonly<Record<PayloadName, Uint8Array>>;

/** Where each body stands in a trace: the subject that it was sent under, and which one of these it was. */
const places: Readonly<Record<PayloadName, readonly [prefix: string, index: number]>> = {
  pointer: ['$KV.cortex-open-incidents.', 0],
  incident: ['$KV.cortex-incidents.', 0],
  incidentStarted: ['$KV.cortex-incidents.', 1],
  incidentCompleted: ['$KV.cortex-incidents.', 2],
  incidentOpened: ['cortex.incident.opened.', 0],
  incidentUpdated: ['cortex.incident.updated.', 0],
  decisionMade: ['cortex.decision.made.', 0],
  remediationRequested: ['cortex.remediation.requested.', 0],
  timer: ['$KV.cortex-timers.', 0],
  lease: ['$KV.cortex-leases.', 0],
  reservation: ['$KV.cortex-reservations.', 0],
  journalIntent: ['$KV.cortex-journal.', 0],
  journalResult: ['$KV.cortex-journal.', 1],
  journalCompleted: ['$KV.cortex-journal.', 2],
  remediationStarted: ['cortex.remediation.started.', 0],
  stepCompleted: ['cortex.remediation.step.completed.', 0],
  remediationCompleted: ['cortex.remediation.completed.', 0],
};

const names = Object.keys(places) as PayloadName[];

export function payloadsOf(trace: readonly Tapped[]): Payloads {
  const found = names.map((name) => {
    const [prefix, index] = places[name];
    const message = trace.filter(({ subject }) => subject.startsWith(prefix))[index];
    if (message === undefined) throw new RangeError(`the trace holds no ${prefix} number ${index + 1}`);
    return [name, message.bytes] as const;
  });
  return Object.fromEntries(found) as unknown as Payloads;
}

export function savePayloads(file: string, payloads: Payloads): void {
  const encoded = names.map((name) => [name, Buffer.from(payloads[name]).toString('base64')]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(encoded)));
}

export function loadPayloads(file: string): Payloads {
  const encoded = JSON.parse(readFileSync(file, 'utf8')) as Record<PayloadName, string>;
  const decoded = names.map((name) => [name, new Uint8Array(Buffer.from(encoded[name], 'base64'))]);
  return Object.fromEntries(decoded) as unknown as Payloads;
}

/** The service in the last token of a subject. */
export function serviceOf(subject: string): string {
  return escapeToken(subject.slice(subject.lastIndexOf('.') + 1));
}
