import type { Overview } from '@cortex/api';

const width = 600;
const height = 120;
const lines = [
  ['open', 'Open', 'incidents that are open'],
  ['remediating', 'Being healed', 'of these, those with a remediation under way or not yet proved'],
  // The header counts those that wait for people now. Of the past only the first escalation is known.
  [
    'escalated',
    'Escalated so far',
    'of these, those that were escalated at some time, also if they are being healed again',
  ],
] as const;

/** Open incidents, minute by minute, and of these what was being healed, and what had been escalated. */
export function ActivityChart({ activity }: { readonly activity: Overview['activity'] }) {
  const most = Math.max(3, ...activity.map((point) => point.open));
  const now = activity.at(-1);
  const y = (value: number): number => height - 6 - (value / most) * (height - 14);
  const x = (index: number): number => (index / Math.max(1, activity.length - 1)) * width;
  return (
    <figure class="activity">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={summary(activity)}>
        {[0, 0.5, 1].map((share) => (
          <line key={share} class="grid" x1="0" x2={width} y1={y(share * most)} y2={y(share * most)} />
        ))}
        <path class="area" d={`M0,${y(0)} ${stairs(activity, 'open', x, y)} L${width},${y(0)} Z`} />
        {lines.map(([key]) => (
          <path key={key} class={`line ${key}`} d={stairs(activity, key, x, y).replace('L', 'M')} />
        ))}
      </svg>
      <figcaption>
        {lines.map(([key, label, meaning]) => (
          <span key={key} class={key} title={meaning}>
            <i aria-hidden="true" />
            {label} <b>{now?.[key] ?? 0}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

type Scale = (value: number) => number;

function stairs(activity: Overview['activity'], key: (typeof lines)[number][0], x: Scale, y: Scale): string {
  return activity
    .map((point, index) => {
      const before = activity[index - 1]?.[key] ?? point[key];
      return `L${x(index).toFixed(1)},${y(before).toFixed(1)} L${x(index).toFixed(1)},${y(point[key]).toFixed(1)}`;
    })
    .join(' ');
}

function summary(activity: Overview['activity']): string {
  const most = Math.max(0, ...activity.map((point) => point.open));
  return `At most ${most} incidents were open at once in the last hour; ${activity.at(-1)?.open ?? 0} now.`;
}
