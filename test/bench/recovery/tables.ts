import { median, milliseconds, quantile, ratio, type Table } from '../report.ts';
import type { Heard } from './event-log.ts';
import { momentsOf, stageNames } from './stages.ts';
import type { Fault, Trial } from './trial.ts';

const names: Readonly<Record<Fault, string>> = { SIGKILL: 'kill -9', SIGSTOP: 'kill -STOP' };

export function recoveryTable(trials: readonly Trial[], heard: readonly Heard[]): Table {
  const tookMs = (side: string, fault: Fault): number[] =>
    trials.filter((trial) => trial.side === side && trial.fault === fault).map((trial) => trial.tookMs);
  const own = trials.filter(({ side }) => side === 'Cortex');
  const proved = own.filter((trial) => verdictAfter(trial, heard) === 'SUCCESS').length;
  return {
    title: `From the fault to HTTP 200 from a new process, ${own.length / 2} trials each in turns, both looking once a second`,
    columns: ['fault', 'Cortex p50', 'p95', 'worst', 'Monit p50', 'p95', 'worst', 'p50 ratio', 'p95 ratio'],
    rows: faultsOf(trials).map((fault) => {
      const [cortex, monit] = [tookMs('Cortex', fault), tookMs('Monit', fault)];
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
      'retries); both fail: UNHEALTHY, restart_service. health.flapping allows 10,000 returns an hour; no limit is loosened beside.',
      'Monit: set daemon 1; port test by HTTP with timeout 1 second, then restart; the start program is start-stop-daemon, the stop',
      'program the same with KILL, the fastest there is. Below tini, which collects orphans as the init of a whole machine does.',
    ],
  };
}

export function stageTable(trials: readonly Trial[], heard: readonly Heard[]): Table {
  const faults = faultsOf(trials);
  const perFault = faults.map((fault) =>
    trials.filter((trial) => trial.side === 'Cortex' && trial.fault === fault).map((trial) => momentsOf(trial, heard)),
  );
  return {
    title: "Where Cortex' time goes, medians of each stage",
    columns: ['until', ...faults.map((fault) => names[fault])],
    rows: stageNames.map((name, stage) => [
      name,
      ...perFault.map((times) => milliseconds(median(times.map((one) => (one[stage + 1] ?? 0) - (one[stage] ?? 0))))),
    ]),
  };
}

function verdictAfter(trial: Trial, heard: readonly Heard[]): string | undefined {
  return heard.find(({ type, atMs }) => atMs >= trial.atMs && type.endsWith('verification.completed'))?.data.state;
}

function faultsOf(trials: readonly Trial[]): readonly Fault[] {
  return [...new Set(trials.map(({ fault }) => fault))];
}
