import {
  type Decision,
  type EventDraft,
  type Incident,
  type IncidentRecord,
  type IncidentSummary,
  draft,
  incidentOpened,
  incidentResolved,
  incidentUpdated,
} from '@cortex/contracts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import { writeMemory } from '../model/memory.ts';
import type { Transition } from '../model/transition.ts';
import { boundIncident, maxApplied } from './bounds.ts';
import { waitingFor } from './waiting-for.ts';
import type { Work } from './work.ts';

/** The transition that the step came to: one record, and one event about the incident beside what the step drafted. */
export function finish(work: Work, before: IncidentRecord | undefined): Transition {
  const { waiting: _before, ...bare } = work.incident;
  const waiting = waitingFor(bare, work.memory);
  const incident = boundIncident({ ...bare, ...(waiting === undefined ? {} : { waiting }), updatedAt: work.now });
  const applied = [...(work.opened ? [] : (before?.applied ?? [])), work.inputId].slice(-maxApplied);
  const wasResolved = before?.incident.id === incident.id && before.incident.status === 'resolved';
  const drafts = inOrderOfUrgency([...work.drafts, ...aboutIncident(work, incident, wasResolved)]);
  return {
    record: { incident, applied, memory: writeMemory(work.memory) },
    drafts,
    timers: work.timers,
    breakerOutcomes: work.breakerOutcomes,
  };
}

/** Nothing changed, for a reason. */
export function ignore(record: IncidentRecord | undefined, reason: IgnoreReason): Transition {
  return { record, drafts: [], timers: [], breakerOutcomes: [], ignored: reason };
}

export function summaryOf(incident: Incident): IncidentSummary {
  const { decisions: _decisions, ...summary } = incident;
  return summary;
}

function aboutIncident(work: Work, incident: Incident, wasResolved: boolean): EventDraft[] {
  const fields = { service: incident.service, incidentId: incident.id, key: incident.id };
  const drafts: EventDraft[] = [];
  if (work.opened) drafts.push(draft(incidentOpened, { ...fields, data: { incident: summaryOf(incident) } }));
  if (incident.status === 'resolved' && !wasResolved) {
    drafts.push(draft(incidentResolved, { ...fields, data: { incident } }));
  } else if (!work.opened && work.changes.length > 0) {
    const data = { incident: summaryOf(incident), change: work.changes.join('; ').slice(0, 4_000) };
    drafts.push(draft(incidentUpdated, { ...fields, data }));
  }
  return drafts;
}

const urgent = new Set(['remediation.requested', 'remediation.rollback.requested', 'escalation.requested']);

/** What acts comes before what informs. */
function inOrderOfUrgency(drafts: readonly EventDraft[]): EventDraft[] {
  return [...drafts.filter((one) => urgent.has(one.type)), ...drafts.filter((one) => !urgent.has(one.type))];
}

/** Decisions are compared without id, time and cause: the same conclusion again says nothing new. */
export function sameConclusion(left: Decision | undefined, right: Decision): boolean {
  return (
    left !== undefined &&
    left.outcome === right.outcome &&
    left.reason === right.reason &&
    left.attempt === right.attempt &&
    left.playbookId === right.playbookId &&
    left.executionId === right.executionId
  );
}
