import { type IncidentSeverity, type Silence, draft, escalationRequested } from '@cortex/contracts';
import { silenceOf } from '../gates/silence.ts';
import { severityRank, worseSeverity } from '../levels.ts';
import type { EscalationKind } from '../model/memory.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { type Work, activeSignals, change, forget, remember } from '../record/work.ts';

export interface CallOptions {
  readonly urgent?: boolean;
  readonly severity?: IncidentSeverity;
  readonly notify?: readonly string[];
  /** The playbook's own contacts, and nobody else. */
  readonly onlyNotify?: boolean;
}

/** Hands the incident to humans. Cortex does nothing more by itself, but it keeps watching. */
export function escalate(work: Work, kind: EscalationKind, reason: string, options: CallOptions = {}): void {
  change(work, { status: 'escalated' });
  remember(work, { escalatedFor: kind });
  for (const name of ['reevaluate', 'approval', 'monitoring', 'deadline']) cancelTimer(work, name);
  callHumans(work, reason, options);
}

/** Tells humans, whatever the incident's status. While it is silenced, only what is urgent; the rest when the silence ends. */
export function callHumans(work: Work, reason: string, options: CallOptions = {}): void {
  const severity = worseSeverity(options.severity ?? work.incident.severity, work.incident.severity);
  const silence = options.urgent === true ? undefined : silenceOf(work.incident, work.facts, work.now);
  if (silence !== undefined) {
    postpone(work, silence, { reason, severity, notify: options.notify ?? [] });
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
  change(work, { severity, escalations: [...work.incident.escalations, escalation] }, `humans are called: ${reason}`);
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
        details: detailsOf(work),
        notify: [...(options.notify ?? [])],
        ...(options.onlyNotify === true ? { onlyNotify: true } : {}),
        requestedAt: at,
      },
    }),
  );
}

function postpone(work: Work, { endsAt }: Silence, call: NonNullable<Work['memory']['postponed']>): void {
  remember(work, { postponed: call });
  setTimer(work, 'postponed', 'reevaluate', endsAt);
  change(work, { severity: call.severity }, `humans are called when the silence ends: ${call.reason}`);
}

/** The silence is over: humans are told what they were not told meanwhile. */
export function callPostponed(work: Work): void {
  const { postponed } = work.memory;
  if (postponed === undefined) return;
  forget(work, 'postponed');
  cancelTimer(work, 'postponed');
  callHumans(work, postponed.reason, postponed);
}

/**
 * SEV1 and SEV0 (spec 5.2), a target that is CRITICAL (2.4) and one that flaps, so that nothing is done to it, are told at
 * once, beside whatever Cortex does; again only when it gets worse.
 */
export function tellOnCall(work: Work): void {
  const { severity, status } = work.incident;
  if (status === 'resolved') return;
  if (silenceOf(work.incident, work.facts, work.now) !== undefined) return;
  const isUrgent = severityRank(severity) <= severityRank('SEV1') || work.memory.held?.by === 'flapping';
  if (!isUrgent && !activeSignals(work.incident).some((signal) => signal.healthState === 'CRITICAL')) return;
  const told = work.memory.notified;
  if (told !== undefined && severityRank(told) <= severityRank(severity)) return;
  const raised = work.memory.raised.length === 0 ? '' : ` (${work.memory.raised.join(', ')})`;
  callHumans(work, `${severity}: ${work.incident.title}${raised}`);
}

/** What was seen and what was tried: the body of the page. */
function detailsOf(work: Work): string {
  const seen = activeSignals(work.incident)
    .slice(0, 10)
    .map((signal) => `- ${signal.summary}`);
  const tried = work.incident.attempts
    .slice(-5)
    .map(
      (attempt) =>
        `- ${attempt.playbookId} on ${attempt.targets.map((target) => target.instance).join(', ')}: ${resultOf(attempt)}`,
    );
  return [
    `Service ${work.incident.service}, ${work.incident.blastRadius.level}, cause: ${work.incident.cause}`,
    'Seen:',
    ...(seen.length > 0 ? seen : ['- nothing any more']),
    'Tried:',
    ...(tried.length > 0 ? tried : ['- nothing']),
  ]
    .join('\n')
    .slice(0, 4_000);
}

function resultOf(attempt: Work['incident']['attempts'][number]): string {
  const parts = [
    attempt.outcome ?? 'no answer yet',
    attempt.verification,
    attempt.rollback === undefined ? undefined : `rollback ${attempt.rollback}`,
  ];
  return [
    ...parts.filter((part) => part !== undefined),
    ...(attempt.reason === undefined ? [] : [attempt.reason.slice(0, 300)]),
  ].join(', ');
}
