import { useMemo } from 'preact/hooks';
import type { CheckView } from '@cortex/api';
import { absolute, duration, plural } from '../format.ts';

type Point = CheckView['history'][number];

const places = 60;
const step = 6;
const barWidth = 4;
const height = 34;
/** Bars rise from here; failed ones reach below it, so that they are recognised without colour too. */
const baseline = 26;
const smallest = 4;

const resultWords = { pass: 'passed', fail: 'failed', timeout: 'timed out', error: 'could not be made' } as const;
/** The shape of a bar: a target that does not answer in time has failed. */
const shapes = { pass: 'pass', fail: 'fail', timeout: 'fail', error: 'error' } as const;

/** One bar per result, the newest on the right: its duration, and whether it passed. */
export function HistoryBars({ check, now }: { readonly check: CheckView; readonly now: number }) {
  const { history, last } = check;
  // Hundreds of rows are rendered again every second: only those with a new result need new bars.
  return useMemo(() => {
    const slowestMs = Math.max(
      1,
      ...history.filter(({ result }) => result === 'pass').map((point) => point.durationMs),
    );
    const empty = places - history.length;
    return (
      <svg
        class="bars"
        viewBox={`0 0 ${places * step} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summaryOf(history)}
        data-testid="bars"
      >
        {empty > 0 && <rect class="none" x="0" y={baseline - 1} width={empty * step - (step - barWidth)} height="1" />}
        {history.map((point, index) => (
          <Bar
            key={point.at}
            point={point}
            x={(empty + index) * step}
            share={point.durationMs / slowestMs}
            text={tooltip(point, now, point.at === last?.at ? last.detail : '')}
          />
        ))}
      </svg>
    );
  }, [history[0]?.at, last?.at, history.length]);
}

interface BarProps {
  readonly point: Point;
  readonly x: number;
  /** As a share of the slowest. */
  readonly share: number;
  readonly text: string;
}

function Bar({ point: { result }, x, share, text }: BarProps) {
  const tall = smallest + Math.min(1, share) * (baseline - smallest);
  const shape = shapes[result];
  const [y, size] = { pass: [baseline - tall, tall], fail: [0, height], error: [baseline, height - baseline] }[
    shape
  ] as [number, number];
  return (
    <g class={shape}>
      <title>{text}</title>
      <rect class="reach" x={x} y="0" width={step} height={height} />
      <rect x={x} y={y} width={barWidth} height={size} />
    </g>
  );
}

function tooltip({ at, durationMs, result }: Point, now: number, detail: string): string {
  return `${absolute(at, now)} · ${resultWords[result]} · ${duration(durationMs)}${detail === '' ? '' : `\n${detail}`}`;
}

function summaryOf(history: readonly Point[]): string {
  if (history.length === 0) return 'No result yet';
  const count = (wanted: 'pass' | 'fail' | 'error'): number =>
    history.filter(({ result }) => shapes[result] === wanted).length;
  const errors = count('error');
  return `Of the last ${plural(history.length, 'result')} ${count('pass')} passed, ${count('fail')} failed${
    errors === 0 ? '' : `, ${errors} could not be made`
  }`;
}
