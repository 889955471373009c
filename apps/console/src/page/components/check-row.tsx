import { useState } from 'preact/hooks';
import type { CheckView } from '@cortex/api';
import { absolute, duration, relative } from '../format.ts';
import { HistoryBars } from './history-bars.tsx';
import { Moment } from './parts.tsx';

const stateTone = { failing: 'bad', unknown: 'warning', paused: 'info', passing: 'good' } as const;
const resultWords = { pass: 'passed', fail: 'failed', timeout: 'timed out', error: 'not made' } as const;
const resultTone = { pass: 'good', fail: 'bad', timeout: 'bad', error: 'warning' } as const;

export function CheckRow({ check, now }: { readonly check: CheckView; readonly now: number }) {
  const { name, label, type, tier, intervalMs, state, last, p50Ms, p95Ms } = check;
  return (
    <li class="check" data-testid="check" data-check={name}>
      <div class="what">
        <b title={name}>{label}</b>
        <small>
          {tier} · {type} · every {duration(intervalMs).replace('.0 s', ' s')}
        </small>
      </div>
      <div class="history">
        <HistoryBars check={check} now={now} />
      </div>
      <dl class="times">
        <div>
          <dt>p50</dt>
          <dd>{p50Ms === undefined ? '–' : duration(p50Ms)}</dd>
        </div>
        <div>
          <dt>p95</dt>
          <dd>{p95Ms === undefined ? '–' : duration(p95Ms)}</dd>
        </div>
      </dl>
      <div class="last">
        <span class={`chip ${stateTone[state]}`} data-testid="check-state">
          {state}
        </span>
        {last !== undefined && <Moment at={last.at} now={now} />}
        <span class="why">{whyOf(check, now)}</span>
      </div>
      {check.history.length > 0 && <Results check={check} now={now} />}
    </li>
  );
}

/** The content of the bars as text, for keyboard and touch. */
function Results({ check, now }: { readonly check: CheckView; readonly now: number }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="results" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Results<span class="hidden"> of {check.label}</span>
      </summary>
      {isOpen && (
        <ol>
          {check.history.toReversed().map(({ at, result, durationMs }) => (
            <li key={at}>
              <time dateTime={at}>{absolute(at, now)}</time>
              <span class={`verdict ${resultTone[result]}`}>{resultWords[result]}</span>
              <span>{duration(durationMs)}</span>
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}

function whyOf({ pausedBy, last, late, streak, state }: CheckView, now: number): string {
  if (pausedBy !== undefined) return `paused by ${pausedBy}`;
  if (last === undefined) return 'no result yet';
  if (late) return 'the next result should have come long ago';
  const repeated =
    state !== 'failing' || streak === undefined || streak.count < 2
      ? ''
      : ` (${streak.count} times, first ${relative(streak.since, now)})`;
  return `${last.result === 'error' ? 'could not be made: ' : ''}${last.detail}${repeated}`;
}
