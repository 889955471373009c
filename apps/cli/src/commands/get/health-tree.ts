import type { CheckView, TargetView } from '@cortex/api';
import { targetKey, type CheckTier } from '@cortex/contracts';
import { clip } from '../../output/clip.ts';
import { paint, type Colour } from '../../output/paint.ts';
import { sparkline, type Bar } from '../../output/sparkline.ts';
import { age, span } from '../../output/time.ts';

export type HealthOfTarget = Pick<TargetView, 'target' | 'state' | 'since' | 'flapping' | 'reason'>;

export interface HealthOfCheck extends Pick<
  CheckView,
  'label' | 'tier' | 'target' | 'state' | 'pausedBy' | 'late' | 'intervalMs' | 'streak'
> {
  readonly last?: (Bar & { readonly at: string; readonly detail: string }) | undefined;
  readonly history: readonly Bar[];
}

export interface Health {
  readonly targets: readonly HealthOfTarget[];
  readonly checks: readonly HealthOfCheck[];
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface TreeStyle {
  readonly columns: number;
  readonly hasColour: boolean;
  readonly nowMs: number;
}

const tiers: readonly CheckTier[] = ['shallow', 'deep', 'comprehensive'];
const widestName = 26;
const widestSparkline = 30;

const targetColours: Readonly<Record<string, Colour>> = {
  HEALTHY: 'green',
  DEGRADED: 'yellow',
  UNHEALTHY: 'red',
  CRITICAL: 'red',
};
const marks = { failing: '✗', unknown: '?', paused: '‖', passing: '✓' } as const;
const markColours = { failing: 'red', unknown: 'yellow', paused: 'faint', passing: 'green' } as const;

/** Services, their instances, their checks by tier. */
export function healthTree({ targets, checks, total, counts }: Health, style: TreeStyle): string {
  const byTarget = new Map<string, HealthOfCheck[]>();
  for (const check of checks) {
    const key = targetKey(check.target);
    byTarget.set(key, [...(byTarget.get(key) ?? []), check]);
  }
  const nameWidth = Math.min(widestName, Math.max(0, ...checks.map(({ label }) => [...label].length)));
  const lines = [summary(counts)];
  let service = '';
  for (const target of targets) {
    if (target.target.service !== service) lines.push('', clip(target.target.service, style.columns));
    ({ service } = target.target);
    lines.push(...targetLines(target, style));
    const own = byTarget.get(targetKey(target.target)) ?? [];
    for (const tier of tiers) {
      const ofTier = own
        .filter((check) => check.tier === tier)
        .sort((left, right) => left.label.localeCompare(right.label));
      if (ofTier.length > 0) lines.push(paint('faint', `    ${tier}`, style.hasColour));
      lines.push(...ofTier.flatMap((check) => checkLines(check, nameWidth, style)));
    }
  }
  if (total > checks.length) lines.push('', `(${total - checks.length} more checks; raise --limit, or name a service)`);
  return lines.join('\n');
}

function summary(counts: Health['counts']): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return present.length === 0
    ? 'no checks are configured'
    : present.map(([state, count]) => `${count} ${state}`).join(', ');
}

function targetLines({ target, state, since, flapping, reason }: HealthOfTarget, style: TreeStyle): readonly string[] {
  const colour = targetColours[state];
  const word = colour === undefined ? state : paint(colour, state, style.hasColour);
  const duration = since === undefined ? '' : ` for ${age(since, style.nowMs)}`;
  const head = `  ${clip(target.instance, widestName)}  ${word}${duration}${flapping ? ' (flapping)' : ''}`;
  return state === 'HEALTHY' || reason === '' ? [head] : [head, `    ${clip(reason, style.columns - 4)}`];
}

function checkLines(
  check: HealthOfCheck,
  nameWidth: number,
  { columns, hasColour, nowMs }: TreeStyle,
): readonly string[] {
  const { state, last } = check;
  const mark = paint(markColours[state], marks[state], hasColour);
  const name = clip(check.label, nameWidth).padEnd(nameWidth);
  const seen = last === undefined ? '-' : `${age(last.at, nowMs)} ago`;
  const took = last === undefined ? '-' : span(last.durationMs);
  const head = `      ${mark} ${name}  ${seen.padStart(8)}  ${took.padStart(5)}`;
  const used = 8 + nameWidth + 2 + 8 + 2 + 5 + 2;
  const line = sparkline(check.history, Math.min(widestSparkline, columns - used), hasColour);
  const why = whyOf(check, nowMs);
  return [line === '' ? head : `${head}  ${line}`, ...(why === undefined ? [] : [`        ${clip(why, columns - 8)}`])];
}

/** Why a check does not pass, with its last detail. */
export function whyOf(
  { state, pausedBy, last, late, intervalMs, streak }: HealthOfCheck,
  nowMs: number,
): string | undefined {
  if (state === 'passing') return undefined;
  if (pausedBy !== undefined) return `paused by ${pausedBy}`;
  if (last === undefined) return 'no result yet';
  if (late) return `no result for ${age(last.at, nowMs)}, though it is due every ${span(intervalMs)}`;
  const repeated =
    streak === undefined || streak.count < 2 ? '' : ` (${streak.count} times in ${age(streak.since, nowMs)})`;
  return `${last.result === 'error' ? 'could not be made: ' : ''}${last.detail}${repeated}`;
}
