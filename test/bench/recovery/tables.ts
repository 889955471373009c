import { median, milliseconds, quantile, ratio, type Table } from '../report.ts';
import type { Heard } from './event-log.ts';

export type Fault = 'SIGKILL' | 'SIGSTOP';

export interface Trial {
  readonly side: string;
  readonly fault: Fault;
  /** When the signal was sent, on the clock of this process. */
  readonly atMs: number;
  /** Until a new process answered 200. */
  readonly tookMs: number;
}

const names: Readonly<Record<Fault, string>> = { SIGKILL: 'kill -9', SIGSTOP: 'kill -STOP' };

export function recoveryTable(trials: readonly Trial[], heard: readonly Heard[]): Table {
  const timesOf = (side: string, fault: Fault): number[] =>
    trials.filter((trial) => trial.side === side && trial.fault === fault).map(({ tookMs }) => tookMs);
  const own = trials.filter(({ side }) => side === 'Cortex');
  const proved = own.filter((trial) => verdictAfter(trial, heard) === 'SUCCESS').length;
  return {
    title: `From the fault to HTTP 200 from a new process, ${own.length / 2} trials each in turns, both looking once a second`,
    columns: ['fault', 'Cortex p50', 'p95', 'worst', 'Monit p50', 'p95', 'worst', 'p50 ratio', 'p95 ratio'],
    rows: faultsOf(trials).map((fault) => {
      const [cortex, monit] = [timesOf('Cortex', fault), timesOf('Monit', fault)];
      const [ours, theirs] = [cortex, monit].map((times) => [0.5, 0.95, 1].map((share) => quantile(times, share)));
      const [p50 = Number.NaN, p95 = Number.NaN] = ours ?? [];
      const [their50 = Number.NaN, their95 = Number.NaN] = theirs ?? [];
      return [
        names[fault],
        ...[...(ours ?? []), ...(theirs ?? [])].map(milliseconds),
        ratio(p50, their50),
        ratio(p95, their95),
      ];
    }),
    notes: [
      `Goal: no slower than Monit. Recoveries that Cortex verified (SUCCESS): ${proved} of ${own.length}; Monit proves none.`,
      'Both run the patient of the demo. Cortex: http_endpoint and process_running every second, at their defaults (100 ms, three',
      'retries); both fail: UNHEALTHY, restart_service. health.flapping allows 10,000 changes an hour; no limit is loosened beside.',
      'Monit: set daemon 1; port test by HTTP with timeout 1 second, then restart; the start program is start-stop-daemon, the stop',
      'program the same with KILL, the fastest there is. Below tini, which collects orphans as the init of a whole machine does.',
    ],
  };
}

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

export function stageTable(trials: readonly Trial[], heard: readonly Heard[]): Table {
  const faults = faultsOf(trials);
  const perFault = faults.map((fault) =>
    trials.filter((trial) => trial.side === 'Cortex' && trial.fault === fault).map((trial) => timesOf(trial, heard)),
  );
  const labels = [...stages.map(([name]) => name), 'HTTP 200 again', ...proof.map(([name]) => name)];
  return {
    title: "Where Cortex' time goes, medians of each stage",
    columns: ['until', ...faults.map((fault) => names[fault])],
    rows: labels.map((name, stage) => [
      name,
      ...perFault.map((times) => milliseconds(median(times.map((one) => (one[stage + 1] ?? 0) - (one[stage] ?? 0))))),
    ]),
  };
}

/** The fault, the end of each stage, HTTP 200, and the end of each part of the proof, which runs from there. */
function timesOf(trial: Trial, heard: readonly Heard[]): number[] {
  const own = heard.filter(({ atMs }) => atMs >= trial.atMs);
  const find = (isEnd: (heard: Heard) => boolean): number => own.find(isEnd)?.atMs ?? Number.NaN;
  return [
    trial.atMs,
    ...stages.map(([, isEnd]) => find(isEnd)),
    trial.atMs + trial.tookMs,
    ...proof.map(([, isEnd]) => find(isEnd)),
  ];
}

function verdictAfter(trial: Trial, heard: readonly Heard[]): string | undefined {
  return heard.find(({ type, atMs }) => atMs >= trial.atMs && type.endsWith('verification.completed'))?.data.state;
}

function faultsOf(trials: readonly Trial[]): readonly Fault[] {
  return [...new Set(trials.map(({ fault }) => fault))];
}
