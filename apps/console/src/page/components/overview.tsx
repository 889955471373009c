import type { HealthScore, Overview, Status } from '@cortex/api';
import { plural, words } from '../format.ts';
import type { LiveState } from '../live-state.ts';
import { ActivityChart } from './activity-chart.tsx';
import { HealthChip, Moment, Panel, Severity } from './parts.tsx';
import { Targets } from './targets.tsx';

interface OverviewPanelProps {
  readonly state: LiveState;
  readonly now: number;
  readonly onSelect: (id: string) => void;
}

/** The real-time dashboard of spec 10.2. */
export function OverviewPanel({ state, now, onSelect }: OverviewPanelProps) {
  const { overview, status, targets, hasLoaded } = state;
  if (overview === undefined || status === undefined) {
    return <p class="empty">{hasLoaded || state.problem === undefined ? 'Reading…' : 'Nothing could be read yet.'}</p>;
  }
  return (
    <div class="overview" data-testid="overview">
      <div class="tiles">
        <HealthGauge health={overview.health} />
        <Panel title="Active incidents" hint="last hour">
          <ActivityChart activity={overview.activity} />
        </Panel>
      </div>
      <Panel title="Services" hint="by worst open incident">
        <HeatMap services={overview.heatMap} />
      </Panel>
      <Panel title="Recent remediations">
        <Waits waiting={status.waiting} now={now} onSelect={onSelect} />
        <Remediations
          entries={overview.recentRemediations}
          isWaiting={status.waiting.length > 0}
          now={now}
          onSelect={onSelect}
        />
      </Panel>
      <Panel title="Targets" hint={`${targets.length}`}>
        <Targets targets={targets} now={now} />
      </Panel>
      <p class="footnote">
        Cortex {status.version} ·{' '}
        {status.services.length === 0
          ? 'no service has spoken since this console started'
          : status.services.map((service) => service.name).join(', ')}{' '}
        · keys: j and k walk through the incidents, Escape comes back here
      </p>
    </div>
  );
}

/** Thresholds of spec 10.2. */
const scoreTones: readonly (readonly [number, string])[] = [
  [99, 'good'],
  [95, 'info'],
  [90, 'warning'],
  [0, 'bad'],
];

function HealthGauge({ health }: { readonly health: HealthScore | undefined }) {
  const score = health?.value;
  const tone = scoreTones.find(([least]) => score !== undefined && score >= least)?.[1] ?? 'neutral';
  const circumference = 2 * Math.PI * 52;
  return (
    <Panel title="Health score">
      <div class={`gauge ${tone}`} data-testid="health-score">
        <svg viewBox="0 0 120 120" aria-hidden="true">
          <circle class="track" cx="60" cy="60" r="52" />
          <circle
            class="value"
            cx="60"
            cy="60"
            r="52"
            stroke-dasharray={`${((score ?? 0) / 100) * circumference} ${circumference}`}
            transform="rotate(-90 60 60)"
          />
        </svg>
        <strong>{score === undefined ? '–' : score.toFixed(score === 100 ? 0 : 1)}</strong>
        <span>{score === undefined ? 'no target has reported' : 'of 100'}</span>
      </div>
      {health !== undefined && <ScoreParts health={health} />}
    </Panel>
  );
}

const partsShown = 3;

/** What the score is made of, so that it can be worked out from what stands beside it. */
function ScoreParts({ health: { targets, lowered, loweredTotal } }: { readonly health: HealthScore }) {
  const shown = lowered.slice(0, partsShown);
  return (
    <ul class="score-parts" data-testid="score-parts">
      <li>{loweredTotal === 0 ? `${plural(targets, 'target')}, each 1` : `mean of ${plural(targets, 'target')}`}</li>
      {shown.map(({ name, share, because }) => (
        <li key={name + because}>
          {name} counts {share}: {because}
        </li>
      ))}
      {loweredTotal > shown.length && <li>and {loweredTotal - shown.length} more</li>}
    </ul>
  );
}

function HeatMap({ services }: { readonly services: Overview['heatMap'] }) {
  if (services.length === 0) return <p class="empty">No service is configured.</p>;
  return (
    <ul class="heat" data-testid="heat-map">
      {services.map((service) => (
        <li key={service.service} class={(service.worstSeverity ?? 'calm').toLowerCase()}>
          <b>
            {service.service}
            {service.critical && <small>critical</small>}
          </b>
          <HealthChip state={service.state} />
          {service.worstSeverity !== undefined && <Severity severity={service.worstSeverity} />}
          <small class="day">{service.incidents24h === 0 ? 'quiet for 24 h' : `${service.incidents24h} in 24 h`}</small>
        </li>
      ))}
    </ul>
  );
}

const remediationTone: Readonly<Record<string, string>> = {
  SUCCESS: 'good',
  succeeded: 'info',
  dry_run: 'info',
  running: 'info busy',
  PARTIAL_SUCCESS: 'warning',
  UNCERTAIN: 'warning',
  refused: 'warning',
  FAILED: 'bad',
  failed: 'bad',
  ambiguous: 'bad',
};

interface WaitsProps {
  readonly waiting: Status['waiting'];
  readonly now: number;
  readonly onSelect: (id: string) => void;
}

/** What waits for what: also when nothing has been done yet, it must not look as if nothing were to be done. */
function Waits({ waiting, now, onSelect }: WaitsProps) {
  if (waiting.length === 0) return null;
  return (
    <ul class="waits" data-testid="waits">
      {waiting.map(({ incidentId, service, waiting: { for: what, reason, since } }) => (
        <li key={incidentId}>
          <button type="button" class="link" onClick={() => onSelect(incidentId)}>
            {service}
          </button>{' '}
          waits for {words(what)} since <Moment at={since} now={now} />: {reason}
        </li>
      ))}
    </ul>
  );
}

interface RemediationsProps {
  readonly isWaiting: boolean;
  readonly entries: Overview['recentRemediations'];
  readonly now: number;
  readonly onSelect: (id: string) => void;
}

function Remediations({ entries, isWaiting, now, onSelect }: RemediationsProps) {
  if (entries.length === 0 && isWaiting) return null;
  if (entries.length === 0) return <p class="empty">Cortex has not had to heal anything yet.</p>;
  return (
    <div class="scroll">
      <table class="list" data-testid="remediations">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Service</th>
            <th scope="col">Issue</th>
            <th scope="col">Playbook</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${entry.incidentId}/${entry.at}/${entry.playbookId}`}>
              <td data-label="When">
                <Moment at={entry.at} now={now} />
              </td>
              <td data-label="Service">
                <button type="button" class="link" onClick={() => onSelect(entry.incidentId)}>
                  {entry.service}
                </button>
              </td>
              <td class="wide" data-label="Issue">
                {entry.issue}
              </td>
              <td data-label="Playbook">{entry.playbookId}</td>
              <td data-label="Result">
                <span class={`chip ${remediationTone[entry.status] ?? 'neutral'}`}>
                  {words(entry.status.toLowerCase())}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
