import type { VerificationFinding } from '@cortex/contracts';
import { readCondition, readConditionBefore } from './conditions.ts';
import { worseByName, worseDirection } from './direction.ts';
import type { Assessment } from './judge.ts';
import { isAbout } from './series.ts';
import { assessSignals } from './signals.ts';
import { checkKey, targetName } from './state.ts';
import type { TrackRecord, TargetCondition, VerificationProgress } from './state.ts';
import { thinOut, trendOf } from './trend.ts';

/** A value must change by this share of its value before the remediation to count as better or worse. */
const noticeableShare = 0.05;

/** Changes between pass and fail from which a signal is conflicting; one fail, one pass, one fail is a relapse. */
const conflictingTurns = 3;

/**
 * Assesses everything known at this time against the state before the remediation. `isDeadline`: the streak was never
 * long enough.
 */
export function assessAll(progress: VerificationProgress, nowMs: number, isDeadline: boolean): readonly Assessment[] {
  return [
    ...progress.conditions.map((condition) => assessCondition(progress, condition, nowMs, isDeadline)),
    ...progress.request.checks.map((check) => assessCheck(progress, checkKey(check), nowMs, isDeadline)),
    ...assessTrends(progress, nowMs),
    ...assessSignals(progress, nowMs),
  ];
}

function assessCondition(
  progress: VerificationProgress,
  { key, target, condition }: TargetCondition,
  nowMs: number,
  isDeadline: boolean,
): Assessment {
  const record = progress.records.get(key);
  const verdict = record?.verdict ?? 'no_data';
  const present = readCondition(condition, target, progress.series, nowMs);
  const before = readConditionBefore(
    condition,
    target,
    progress.series,
    verdict === 'fail' ? present.labels : undefined,
  );
  const move = movement(condition, before.values, present.values);
  return {
    finding: finding('immediate', key, record, nowMs, { before: before.values, values: present.values }),
    improved: (verdict === 'pass' && before.verdict !== 'true') || (verdict === 'fail' && move === 'better'),
    worsened: verdict === 'fail' && (before.verdict === 'true' || move === 'worse'),
    conflicting: isConflicting(record, isDeadline),
  };
}

function assessCheck(progress: VerificationProgress, key: string, nowMs: number, isDeadline: boolean): Assessment {
  const record = progress.records.get(key);
  const verdict = record?.verdict ?? 'no_data';
  const passedBefore = progress.checksBefore.get(key);
  const phase = progress.stage === 'watching' ? 'health_checks' : 'immediate';
  const evidence = passedBefore === undefined ? {} : { passedBefore };
  return {
    finding: finding(phase, key, record, nowMs, evidence),
    improved: verdict === 'pass' && passedBefore !== true,
    worsened: verdict === 'fail' && passedBefore === true,
    conflicting: isConflicting(record, isDeadline),
  };
}

/** One finding per series of each watched metric; a metric without any series has no data. */
function assessTrends(progress: VerificationProgress, nowMs: number): readonly Assessment[] {
  if (progress.stage !== 'watching') return [];
  const { metrics, durationMs, intervalMs } = progress.request.playbook.verification.shortTerm;
  return metrics.flatMap((metric) =>
    progress.request.targets.flatMap((target) => {
      const found = [...progress.series.values()].filter((one) => one.metric === metric && isAbout(one, target));
      const worse = progress.metrics.get(metric) ?? worseByName(metric);
      const name = `${targetName(target)}: trend of ${metric}`;
      if (found.length === 0) return [silentTrend(name, nowMs)];
      return found.map((series): Assessment => {
        const recent = series.after.filter(({ timeMs }) => timeMs > nowMs - durationMs);
        const trend = trendOf(thinOut(recent, intervalMs), worse, series.before);
        const verdicts = { steady: 'pass', worsening: 'fail', no_data: 'no_data' } as const;
        const labels = Object.entries(series.labels).map(([label, value]) => ` ${label}=${value}`);
        return {
          finding: {
            phase: 'short_term',
            name: (name + labels.join('')).slice(0, 512),
            verdict: verdicts[trend.verdict],
            detail: `${trend.verdict.replace('_', ' ')} over ${trend.samples} samples`,
            evidence: { change: trend.change, samples: trend.samples, worse },
            at: new Date(nowMs).toISOString(),
          },
          // Not getting worse is no improvement by itself.
          improved: false,
          worsened: trend.verdict === 'worsening',
          conflicting: false,
        };
      });
    }),
  );
}

function silentTrend(name: string, nowMs: number): Assessment {
  const at = new Date(nowMs).toISOString();
  const detail = 'no sample after the effect';
  return {
    finding: { phase: 'short_term', name: name.slice(0, 512), verdict: 'no_data', detail, evidence: {}, at },
    improved: false,
    worsened: false,
    conflicting: false,
  };
}

function finding(
  phase: VerificationFinding['phase'],
  name: string,
  record: TrackRecord | undefined,
  nowMs: number,
  evidence: VerificationFinding['evidence'],
): VerificationFinding {
  return {
    phase,
    name: name.slice(0, 512),
    verdict: record?.verdict ?? 'no_data',
    detail: record?.detail ?? 'it was never looked at',
    evidence: { ...evidence, rounds: record?.rounds ?? 0, turns: record?.turns ?? 0 },
    at: new Date(record?.atMs ?? nowMs).toISOString(),
  };
}

function isConflicting(record: TrackRecord | undefined, isDeadline: boolean): boolean {
  const turns = record?.turns ?? 0;
  return turns >= conflictingTurns || (isDeadline && turns >= 2);
}

/** Whether the single metric of a condition has moved towards holding, away from it, or not noticeably. */
function movement(
  condition: TargetCondition['condition'],
  before: Readonly<Record<string, number>>,
  present: Readonly<Record<string, number>>,
): 'better' | 'worse' | undefined {
  const worse = worseDirection(condition);
  const [variable] = condition.variables;
  if (worse === undefined || variable === undefined) return undefined;
  const was = before[variable];
  const is = present[variable];
  if (was === undefined || is === undefined || Math.abs(is - was) <= noticeableShare * Math.abs(was)) return undefined;
  const rose = is > was;
  return rose === (worse === 'up') ? 'worse' : 'better';
}
