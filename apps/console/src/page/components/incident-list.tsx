import { isNamedBy, shortId, type IncidentItem } from '@cortex/api';
import { duration, plural, words } from '../format.ts';
import { Moment, Severity, StatusChip } from './parts.tsx';

interface IncidentListProps {
  readonly incidents: readonly IncidentItem[];
  readonly hasLoaded: boolean;
  readonly selected: string | undefined;
  readonly now: number;
  readonly onSelect: (id: string) => void;
}

const resolvedShown = 20;

export function IncidentList({ incidents, hasLoaded, selected, now, onSelect }: IncidentListProps) {
  const open = incidents.filter((incident) => incident.status !== 'resolved');
  const resolved = incidents.filter((incident) => incident.status === 'resolved').slice(0, resolvedShown);
  const isSelected = (incident: IncidentItem): boolean => selected !== undefined && isNamedBy(incident.id, selected);
  return (
    <>
      <section aria-labelledby="open-title">
        <h2 id="open-title">
          Open incidents <small>{open.length}</small>
        </h2>
        {open.length === 0 && (
          <p class="empty" data-testid="no-incidents">
            {hasLoaded ? 'Nothing is wrong. New incidents appear here by themselves.' : 'Reading…'}
          </p>
        )}
        <ul class="incidents" data-testid="open-incidents">
          {open.map((incident) => (
            <li key={incident.id}>
              <IncidentRow incident={incident} isSelected={isSelected(incident)} now={now} onSelect={onSelect} />
            </li>
          ))}
        </ul>
      </section>
      {resolved.length > 0 && (
        <section aria-labelledby="resolved-title">
          <h2 id="resolved-title">Recently resolved</h2>
          <ul class="incidents" data-testid="resolved-incidents">
            {resolved.map((incident) => (
              <li key={incident.id}>
                <IncidentRow incident={incident} isSelected={isSelected(incident)} now={now} onSelect={onSelect} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface IncidentRowProps {
  readonly incident: IncidentItem;
  readonly isSelected: boolean;
  readonly now: number;
  readonly onSelect: (id: string) => void;
}

function IncidentRow({ incident, isSelected, now, onSelect }: IncidentRowProps) {
  return (
    <button
      type="button"
      class="incident"
      aria-current={isSelected ? 'true' : undefined}
      data-incident={incident.id}
      data-testid="incident"
      onClick={() => onSelect(incident.id)}
    >
      <span class="line">
        <Severity severity={incident.severity} />
        <span class="service">{incident.service}</span>
        <StatusChip status={incident.status} />
      </span>
      <span class="title">{incident.title}</span>
      <span class="line meta">
        <span>{summaryOf(incident)}</span>
        <Moment at={incident.resolution?.at ?? incident.openedAt} now={now} />
      </span>
    </button>
  );
}

function summaryOf(incident: IncidentItem): string {
  const { resolution, attempts } = incident;
  const id = shortId(incident.id);
  if (resolution !== undefined)
    return `${id} · ${words(resolution.method)} in ${duration(resolution.timeToResolutionMs)}`;
  if (incident.waiting !== undefined) return `${id} · waits for ${words(incident.waiting.for)}`;
  const attempt = attempts.at(-1);
  const tried = attempt === undefined ? plural(incident.activeSignals, 'signal') : attempt.playbookId;
  return `${id} · ${tried}${incident.acknowledgedBy === undefined ? '' : ` · ${incident.acknowledgedBy}`}`;
}
