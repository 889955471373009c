import type { Attempt, Decision, Incident } from '@cortex/contracts';
import type { Explanation, TimelineEntry, Tone, VerificationView } from '@cortex/api';

type Notifications = Explanation['notifications'];

/** Everything that happened to an incident, oldest first. Pure. */
export function timeline(
  incident: Incident,
  verifications: readonly VerificationView[],
  notifications: Notifications,
): readonly TimelineEntry[] {
  const entries = [
    ...signalEntries(incident),
    ...incident.decisions.map(decisionEntry),
    ...incident.attempts.flatMap((attempt) => attemptEntries(attempt, verifications)),
    ...escalationEntries(incident, notifications),
    ...endEntries(incident),
  ];
  return entries.sort((left, right) => left.at.localeCompare(right.at) || rank(left) - rank(right));
}

/** Within one millisecond: observations first, then decisions, then actions. */
const kindsInOrder: readonly TimelineEntry['kind'][] = [
  'signal',
  'step',
  'verification',
  'rollback',
  'decision',
  'approval',
  'attempt',
  'escalation',
  'notification',
  'acknowledgement',
  'resolution',
];

function rank(entry: TimelineEntry): number {
  return kindsInOrder.indexOf(entry.kind);
}

function signalEntries({ signals }: Incident): readonly TimelineEntry[] {
  return signals.flatMap((signal): readonly TimelineEntry[] => {
    const where = signal.target.instance ?? signal.target.service;
    const detected: TimelineEntry = {
      at: signal.detectedAt,
      kind: 'signal',
      title: signal.summary,
      detail: `${signal.kind} on ${where}; trouble since ${signal.startedAt}`,
      tone: 'bad',
    };
    if (signal.clearedAt === undefined) return [detected];
    const cleared: TimelineEntry = {
      at: signal.clearedAt,
      kind: 'signal',
      title: `Over: ${signal.summary}`,
      detail: `${signal.kind} on ${where} is back to normal`,
      tone: 'good',
    };
    return [detected, cleared];
  });
}

const outcomeTone: Readonly<Record<Decision['outcome'], Tone>> = {
  wait: 'neutral',
  hold: 'warning',
  remediate: 'info',
  request_approval: 'warning',
  advise: 'info',
  monitor: 'info',
  roll_back: 'warning',
  escalate: 'bad',
  resolve: 'good',
};

function decisionEntry(decision: Decision): TimelineEntry {
  return {
    at: decision.at,
    kind: 'decision',
    title: `Decided to ${decision.outcome.replaceAll('_', ' ')}${decision.playbookId === undefined ? '' : ` with ${decision.playbookId}`}`,
    detail: decision.reason,
    tone: outcomeTone[decision.outcome],
    decision,
  };
}

function attemptEntries(attempt: Attempt, verifications: readonly VerificationView[]): readonly TimelineEntry[] {
  const entries: TimelineEntry[] = [
    {
      at: attempt.startedAt ?? attempt.requestedAt,
      kind: 'attempt',
      title: `${attempt.startedAt === undefined ? 'Asked for' : 'Started'} ${attempt.playbookId} ${attempt.playbookVersion}`,
      detail: `attempt ${attempt.attempt} on ${attempt.targets.map((target) => target.instance).join(', ')}`,
      tone: 'info',
    },
    ...attempt.steps.map((step): TimelineEntry => ({
      at: endOf(step.startedAt, step.durationMs),
      kind: 'step',
      title: `Step ${step.step} ${step.name}: ${step.outcome.replaceAll('_', ' ')}`,
      detail: `${step.action} on ${step.target.instance}, ${step.durationMs} ms, ${tries(step.attempts)}. ${step.detail}${step.inferred ? ' Concluded from a probe after a crash.' : ''}`,
      tone: step.outcome === 'succeeded' || step.outcome === 'dry_run' ? 'good' : stepTone(step.outcome),
    })),
  ];
  if (attempt.completedAt !== undefined && attempt.outcome !== undefined) {
    entries.push({
      at: attempt.completedAt,
      kind: 'attempt',
      title: `${attempt.playbookId}: ${attempt.outcome.replaceAll('_', ' ')}`,
      detail: attempt.reason ?? '',
      tone: attempt.outcome === 'succeeded' ? 'info' : stepTone(attempt.outcome),
    });
  }
  const verification = verificationEntry(attempt, verifications);
  if (verification !== undefined) entries.push(verification);
  if (attempt.rollback !== undefined) {
    entries.push({
      at: attempt.verifiedAt ?? attempt.completedAt ?? attempt.requestedAt,
      kind: 'rollback',
      title: `Rollback of ${attempt.playbookId}: ${attempt.rollback.replaceAll('_', ' ')}`,
      detail: '',
      tone: attempt.rollback === 'succeeded' ? 'warning' : 'bad',
    });
  }
  return entries;
}

function verificationEntry(attempt: Attempt, verifications: readonly VerificationView[]): TimelineEntry | undefined {
  if (attempt.verification === undefined) return undefined;
  const evidence = verifications.find((one) => one.executionId === attempt.executionId);
  return {
    at: attempt.verifiedAt ?? evidence?.completedAt ?? attempt.completedAt ?? attempt.requestedAt,
    kind: 'verification',
    title: `Verification: ${attempt.verification.replaceAll('_', ' ')}`,
    detail: attempt.verificationReason ?? evidence?.reason ?? '',
    tone: { SUCCESS: 'good', PARTIAL_SUCCESS: 'warning', FAILED: 'bad', UNCERTAIN: 'warning' }[
      attempt.verification
    ] as Tone,
    ...(evidence === undefined ? {} : { findings: evidence.findings }),
  };
}

type Notification = Notifications[number];

function isWithdrawn({ status, detail }: Notification): boolean {
  return status === 'failed' && detail.startsWith('withdrawn:');
}

function pageTitle(page: Notification): string {
  const { kind, contact, channel, status } = page;
  const about = { page: '', update: ' of the change', reminder: ' again', resolved: ' of the end' }[kind];
  if (isWithdrawn(page)) return `${contact} need not be told${about}`;
  return `${status === 'delivered' ? 'Told' : 'Could not tell'} ${contact}${about} by ${channel}`;
}

function escalationEntries(
  { escalations, approval, acknowledgedBy, acknowledgedAt }: Incident,
  notifications: Notifications,
): readonly TimelineEntry[] {
  const entries: TimelineEntry[] = escalations.map((escalation) => ({
    at: escalation.at,
    kind: 'escalation',
    title: `Humans were asked for (${escalation.severity}${escalation.urgent ? ', urgent' : ''})`,
    detail: escalation.reason,
    tone: 'bad',
  }));
  for (const page of notifications) {
    if (page.status === 'pending') continue;
    entries.push({
      at: page.at,
      kind: 'notification',
      title: pageTitle(page),
      detail: `level ${page.level}, ${tries(page.attempts)}. ${page.detail}`,
      tone: page.status === 'delivered' || isWithdrawn(page) ? 'neutral' : 'bad',
    });
  }
  if (approval !== undefined) {
    entries.push({
      at: approval.requestedAt,
      kind: 'approval',
      title: `Approval of ${approval.playbookId}: ${approval.status}${approval.decidedBy === undefined ? '' : ` by ${approval.decidedBy}`}`,
      detail: [approval.reason, approval.comment, approval.withdrawal?.reason].filter(Boolean).join(' — '),
      tone: approval.status === 'granted' ? 'good' : 'warning',
    });
  }
  if (acknowledgedBy !== undefined && acknowledgedAt !== undefined) {
    entries.push({
      at: acknowledgedAt,
      kind: 'acknowledgement',
      title: `${acknowledgedBy} took the incident`,
      detail: '',
      tone: 'info',
    });
  }
  return entries;
}

function endEntries({ resolution }: Incident): readonly TimelineEntry[] {
  if (resolution === undefined) return [];
  return [
    {
      at: resolution.at,
      kind: 'resolution',
      title: `Resolved: ${resolution.method.replaceAll('_', ' ')}`,
      detail: `${resolution.reason}; healthy since ${resolution.recoveredAt}`,
      tone: 'good',
    },
  ];
}

function stepTone(outcome: string): Tone {
  return outcome === 'failed' || outcome === 'ambiguous' ? 'bad' : 'warning';
}

function tries(count: number): string {
  return count === 1 ? '1 try' : `${count} tries`;
}

function endOf(startedAt: string, durationMs: number): string {
  return new Date(Date.parse(startedAt) + durationMs).toISOString();
}
