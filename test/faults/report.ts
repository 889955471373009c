import { messageOf } from '@cortex/errors';
import { judged, type Measure, type OtherRow, type Pace, type Scenario } from './scenario.ts';

/** Something that must not be, with the seed that shows it again. */
export interface Problem {
  readonly seed: number;
  /** An invariant; `limit` for a time that was too long; `no end` for a run that proved nothing. */
  readonly kind: string;
  readonly what: string;
}

/** What the runs of one fault came to. */
export interface Row {
  readonly scenario: Scenario;
  readonly seeds: number;
  readonly problems: readonly Problem[];
  readonly recoveriesMs: readonly number[];
  readonly measured: readonly Measure[];
}

export function newRow(scenario: Scenario): Row {
  return { scenario, seeds: 0, problems: [], recoveriesMs: [], measured: [] };
}

export async function addRun(row: Row, seed: number, pace: Pace): Promise<Row> {
  const seeds = row.seeds + 1;
  try {
    const { violations, recoveryMs, measured = [] } = await judged(row.scenario, seed, pace);
    const tooLong = measured.filter(({ ms, limitMs }) => ms > limitMs);
    return {
      ...row,
      seeds,
      problems: [
        ...row.problems,
        ...violations.map(({ invariant, what }) => ({ seed, kind: invariant, what: `${invariant}: ${what}` })),
        ...tooLong.map(({ what, ms, limitMs }) => ({
          seed,
          kind: 'limit',
          what: `${what}: ${ms} ms of ${limitMs} ms`,
        })),
      ],
      recoveriesMs: recoveryMs === undefined ? row.recoveriesMs : [...row.recoveriesMs, recoveryMs],
      measured: [...row.measured, ...measured],
    };
  } catch (error) {
    return {
      ...row,
      seeds,
      problems: [...row.problems, { seed, kind: 'no end', what: `no end: ${messageOf(error)}` }],
    };
  }
}

/** Seeds, violations, recovery. */
export function measuredCells({ scenario, seeds, problems, recoveriesMs, measured }: Row): readonly string[] {
  const kinds = [...scenario.invariants, 'limit', 'no end'];
  const counts = kinds.flatMap((kind) => {
    const violated = new Set(problems.filter((problem) => problem.kind === kind).map(({ seed }) => seed)).size;
    return violated > 0 ? [`${kind}: ${violated}`] : [];
  });
  const names = [...new Set(measured.map(({ what }) => what))];
  const longest = names.map((name) => {
    const ms = Math.max(...measured.filter(({ what }) => what === name).map((one) => one.ms));
    return `${name} ${seconds(ms)}`;
  });
  return [
    String(seeds),
    counts.length === 0 ? '0' : counts.join(', '),
    [recoveryOf(recoveriesMs), ...longest].filter((text) => text !== '').join('; '),
  ];
}

export function textTable(rows: readonly Row[], others: readonly OtherRow[]): string {
  const lines = rows.map((row) => {
    const { id, title, invariants } = row.scenario;
    const [runs = '', violations = '', recovery = ''] = measuredCells(row);
    const held = invariants.map((invariant) => invariant.slice('INV-'.length)).join(' ');
    return `${id}  ${title.padEnd(62)} INV ${held.padEnd(18)} ${runs.padStart(3)}  ${violations.padEnd(12)} ${recovery}`;
  });
  const rest = others.map(({ id, title, because }) => `${id}  ${title.padEnd(62)} ${because}`);
  const runs = rows.reduce((sum, { seeds }) => sum + seeds, 0);
  const violated = rows.filter(({ problems }) => problems.length > 0).length;
  return [...lines, ...rest, '', `${rows.length} faults, ${runs} runs, ${violated} faults with violations`].join('\n');
}

function recoveryOf(recoveriesMs: readonly number[]): string {
  if (recoveriesMs.length === 0) return '';
  return `${seconds(quantile(recoveriesMs, 0.5))} / ${seconds(quantile(recoveriesMs, 0.95))}`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
