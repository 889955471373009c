import { type IncidentSeverity, type Silence, draft, escalationRequested, stormTarget } from '@cortex/contracts';
import { assessmentOf } from '../assessment/assess.ts';
import { severityRank, worseSeverity } from '../levels.ts';
import type { EscalationKind } from '../model/memory.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { forgetWaiting } from '../record/waiting.ts';
import { setSeverity } from '../record/severity.ts';
import { type Work, activeSignals, change, forget, noteChange, remember } from '../record/work.ts';
import { stormAsks } from '../storm-view.ts';

export interface CallOptions {
  readonly urgent?: boolean;
  readonly severity?: IncidentSeverity;
  readonly notify?: readonly string[];
  /** The playbook's own contacts, and nobody else. */
  readonly onlyNotify?: boolean;
  /** Told at once, for the incident may be over before its hold is. */
  readonly withoutHold?: boolean;
  /** What people are to do, in words that are the same whenever the same is asked. Absent: they are informed. */
  readonly asks?: string;
}

/** Hands the incident to humans, and calls them, with the contacts of the playbook that was used or is meant. */
export function escalate(work: Work, kind: EscalationKind, reason: string, options: CallOptions = {}): void {
  handOver(work, kind);
  if (callToStorm(work)) return;
  const call = { asks: askToTakeOver(work, options.urgent), notify: contactsOf(work, undefined), ...options };
  callHumans(work, reason, call);
}

/** The incident of a storm has one call, in its own words and under its own severity: that no playbook fits says nothing. */
function callToStorm(work: Work): boolean {
  const storm = activeSignals(work.incident).find(
    ({ target }) => target.service === stormTarget.service && target.instance === stormTarget.instance,
  );
  if (storm === undefined) return false;
  callHumans(work, storm.summary, { asks: stormAsks, severity: 'SEV1' });
  return true;
}

/** Asked again only after a further attempt, or when it is urgent. */
function askToTakeOver({ incident }: Work, isUrgent = false): string {
  // By its number: of a long incident not all are kept.
  const last = incident.attempts.at(-1)?.attempt;
  const after = last === undefined ? '' : ` after attempt ${last}`;
  return `${isUrgent ? 'urgent: ' : ''}take over${after}`;
}

/** The incident is with humans, who know. What Cortex does from then on depends on why: see `EscalationKind`. */
export function handOver(work: Work, kind: EscalationKind): void {
  moveTo(work, 'escalated');
  remember(work, { escalatedFor: kind });
  forgetWaiting(work);
  for (const name of ['reevaluate', 'approval', 'monitoring', 'deadline']) cancelTimer(work, name);
}

/** Tells humans, whatever the incident's status. While it is silenced, only what is urgent; the rest when the silence ends. */
export function callHumans(work: Work, reason: string, options: CallOptions = {}): void {
  const severity = worseSeverity(options.severity ?? work.incident.severity, work.incident.severity);
  const silence = options.urgent === true ? undefined : assessmentOf(work).silence;
  if (silence !== undefined) {
    const { notify = [], asks } = options;
    postpone(work, silence, { reason, severity, notify, ...(asks === undefined ? {} : { asks }) });
    return;
  }
  const number = work.memory.escalations + 1;
  const { id, service, title } = work.incident;
  const escalation = {
    escalationId: `${id}-e${number}`,
    at: work.now,
    severity,
    reason: reason.slice(0, 4_000),
    urgent: options.urgent ?? false,
  };
  remember(work, { escalations: number, notified: severity });
  setSeverity(work, severity, reason);
  change(work, { escalations: [...work.incident.escalations, escalation] }, `humans are called: ${reason}`);
  const { at, ...told } = escalation;
  work.drafts.push(
    draft(escalationRequested, {
      service,
      incidentId: id,
      key: escalation.escalationId,
      data: {
        ...told,
        incidentId: id,
        service,
        ...(work.service?.kind === undefined ? {} : { serviceKind: work.service.kind }),
        title,
        ...(options.asks === undefined ? {} : { asks: options.asks }),
        notify: [...(options.notify ?? [])],
        ...(options.onlyNotify === true ? { onlyNotify: true } : {}),
        ...(options.withoutHold === true ? { withoutHold: true } : {}),
        requestedAt: at,
      },
    }),
  );
}

function postpone(work: Work, { endsAt }: Silence, call: NonNullable<Work['memory']['postponed']>): void {
  remember(work, { postponed: call });
  setTimer(work, 'postponed', 'reevaluate', endsAt);
  setSeverity(work, call.severity, call.reason);
  noteChange(work, `humans are called when the silence ends: ${call.reason}`);
}

/** The silence is over: humans are told what they were not told meanwhile. */
export function callPostponed(work: Work): void {
  const { postponed } = work.memory;
  if (postponed === undefined) return;
  forget(work, 'postponed');
  cancelTimer(work, 'postponed');
  callHumans(work, postponed.reason, postponed);
}

/** Whom the playbook itself wants told when it did not end well: of this playbook, or of the last one used. */
export function contactsOf(work: Work, playbookId: string | undefined): readonly string[] {
  const id = playbookId ?? work.incident.attempts.at(-1)?.playbookId;
  const playbook = work.facts.playbooks.find((one) => one.id === id);
  return playbook?.escalation.onFailure === true ? playbook.escalation.notify : [];
}

/** Spec 3.1 `create_incident: false`: the playbook that failed last calls its own contacts alone, for less than SEV1. */
export function isForContactsOnly(work: Work): boolean {
  const last = work.incident.attempts.at(-1);
  const escalation = work.facts.playbooks.find((one) => one.id === last?.playbookId)?.escalation;
  const hasRun = last?.outcome === 'succeeded' || last?.outcome === 'failed';
  return hasRun && escalation?.createIncident === false && severityRank(work.incident.severity) > severityRank('SEV1');
}
