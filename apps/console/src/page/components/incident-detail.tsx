import { shortId, type IncidentSummary } from '@cortex/api';
import type { Incident } from '@cortex/contracts';
import { duration, plural, withLocalTimes, words } from '../format.ts';
import type { LoadedExplanation } from '../live-state.ts';
import { IncidentActions } from './incident-actions.tsx';
import { Moment, ProblemNote, Severity, StatusChip } from './parts.tsx';
import { Timeline } from './timeline.tsx';

interface IncidentDetailProps {
  readonly id: string;
  readonly loaded: LoadedExplanation;
  readonly now: number;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

export function IncidentDetail({ id, loaded, now, onClose, onChanged }: IncidentDetailProps) {
  const { explanation, problem } = loaded;
  return (
    <article
      class="detail"
      data-testid="incident-detail"
      aria-busy={explanation === undefined && problem === undefined}
    >
      <p class="crumbs">
        <button type="button" class="link" onClick={onClose}>
          ← Overview
        </button>
        <code title={explanation?.incident.id ?? id}>{shortId(explanation?.incident.id ?? id)}</code>
      </p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {explanation === undefined && problem === undefined && <p class="empty">Reading…</p>}
      {explanation !== undefined && (
        <>
          <Facts incident={explanation.incident} now={now} />
          <Summary summary={explanation.summary} now={now} />
          <IncidentActions incident={explanation.incident} onChanged={onChanged} />
          <h3>What happened, and why</h3>
          <Timeline entries={explanation.timeline} now={now} />
        </>
      )}
    </article>
  );
}

const summaryNames = { what: 'What', since: 'Since', decided: 'Decided', done: 'Done', next: 'Next' } as const;

function Summary({ summary, now }: { readonly summary: IncidentSummary; readonly now: number }) {
  return (
    <dl class="summary" data-testid="incident-summary">
      {(Object.keys(summaryNames) as (keyof typeof summaryNames)[]).map((part) => (
        <div key={part}>
          <dt>{summaryNames[part]}</dt>
          <dd>{withLocalTimes(summary[part], now)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Facts({ incident, now }: { readonly incident: Incident; readonly now: number }) {
  const { resolution, affected, blastRadius } = incident;
  return (
    <>
      <h2 data-testid="incident-title">{incident.title}</h2>
      <p class="line">
        <Severity severity={incident.severity} />
        <StatusChip status={incident.status} />
        {incident.acknowledgedBy !== undefined && <span class="chip info">taken by {incident.acknowledgedBy}</span>}
      </p>
      {incident.waiting !== undefined && (
        <p data-testid="waiting">
          Waits for {words(incident.waiting.for)} since <Moment at={incident.waiting.since} now={now} />:{' '}
          {incident.waiting.reason}
        </p>
      )}
      {incident.recurrence !== undefined && (
        <p data-testid="recurrence">
          Recurring: it came back {plural(incident.recurrence.times, 'time')} since{' '}
          <Moment at={incident.recurrence.since} now={now} />.
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>Service</dt>
          <dd>
            {incident.service} <small>{incident.environment}</small>
          </dd>
        </div>
        <div>
          <dt>Began</dt>
          <dd>
            <Moment at={incident.startedAt} now={now} both />
          </dd>
        </div>
        <div>
          <dt>{resolution === undefined ? 'Lasting' : 'Healed after'}</dt>
          <dd>
            {duration(resolution?.timeToResolutionMs ?? now - Date.parse(incident.startedAt))}
            {resolution !== undefined && <small>{words(resolution.method)}</small>}
          </dd>
        </div>
        <div>
          <dt>Cause</dt>
          <dd>{words(incident.cause)}</dd>
        </div>
        <div>
          <dt>Blast radius</dt>
          <dd>
            {words(blastRadius.level)} <small>risk {blastRadius.riskScore} of 100</small>
          </dd>
        </div>
        <div>
          <dt>Affected</dt>
          <dd>
            {affected.instances.join(', ') || '–'}
            {affected.services.length > 1 && <small>{plural(affected.services.length, 'service')}</small>}
          </dd>
        </div>
      </dl>
    </>
  );
}
