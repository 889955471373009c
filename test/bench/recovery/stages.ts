import type { Heard } from './event-log.ts';
import type { Trial } from './trial.ts';

/** What ends each stage of a recovery by Cortex, as another client hears it. */
const stages: readonly (readonly [name: string, isEnd: (heard: Heard) => boolean])[] = [
  ['a check has failed: DEGRADED', ({ type }) => type.endsWith('health.changed')],
  ['all have: UNHEALTHY', ({ type, data }) => type.endsWith('health.changed') && data.to === 'UNHEALTHY'],
  ['decided', ({ type }) => type.endsWith('remediation.requested')],
  ['leases, intent: the action begins', ({ type }) => type.endsWith('remediation.started')],
];
const proof: readonly (readonly [name: string, isEnd: (heard: Heard) => boolean])[] = [
  ['verified', ({ type }) => type.endsWith('verification.completed')],
  ['incident resolved', ({ type }) => type.endsWith('incident.resolved')],
];

export const stageNames = [...stages.map(([name]) => name), 'HTTP 200 again', ...proof.map(([name]) => name)];

/** The fault, the end of each stage, HTTP 200, and the end of each part of the proof, which runs from there. */
export function momentsOf(trial: Trial, heard: readonly Heard[]): number[] {
  const own = heard.filter(({ atMs }) => atMs >= trial.atMs);
  const find = (isEnd: (heard: Heard) => boolean): number => own.find(isEnd)?.atMs ?? Number.NaN;
  return [
    trial.atMs,
    ...stages.map(([, isEnd]) => find(isEnd)),
    trial.atMs + trial.tookMs,
    ...proof.map(([, isEnd]) => find(isEnd)),
  ];
}
