import type { Attempt, Incident, Playbook, Situation } from '@cortex/contracts';

const mostSignals = 10;
const mostAttempts = 5;
const longestReason = 600;

/** What a page says of this incident. The values of a plan are those of the playbook as it is configured now. */
export function situationOf(incident: Incident, playbooks: readonly Playbook[]): Situation {
  const { signals, attempts, startedAt, resolution } = incident;
  const plan = planOf(incident, playbooks);
  const waitsFor = waitOf(incident);
  return {
    since: startedAt,
    wrong: signals
      .filter((signal) => signal.active)
      .slice(0, mostSignals)
      .flatMap(({ summary, target, findings = [] }) => [
        summary,
        ...findings.map((finding) => `${target.instance ?? target.service}: ${finding}`),
      ]),
    tried: attempts.slice(-mostAttempts).map((attempt) => ({
      playbook: attempt.playbookId,
      targets: attempt.targets,
      at: attempt.startedAt ?? attempt.requestedAt,
      result: resultOf(attempt),
    })),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(plan === undefined ? {} : { plan }),
    ...(resolution === undefined
      ? {}
      : {
          ended: {
            how: resolution.method,
            at: resolution.at,
            recoveredAt: resolution.recoveredAt,
            afterMs: resolution.timeToResolutionMs,
            reason: resolution.reason,
          },
        }),
  };
}

function planOf({ approval }: Incident, playbooks: readonly Playbook[]): Situation['plan'] {
  if (approval?.status !== 'pending') return undefined;
  const { approvalId, playbookId: playbook, targets, requiredApprovals, expiresAt } = approval;
  const steps = playbooks.find(({ id }) => id === playbook)?.steps ?? [];
  return {
    approvalId,
    playbook,
    targets,
    steps: steps.map(({ name, action, params }) => ({ name, action, params })),
    requiredApprovals,
    expiresAt,
  };
}

function waitOf(incident: Incident): Situation['waitsFor'] {
  const { status, approval, attempts } = incident;
  const why = (incident.decisions.at(-1)?.reason ?? 'nothing is decided yet').slice(0, longestReason);
  const last = attempts.at(-1);
  const playbook = last === undefined ? 'a playbook' : `${last.playbookId} on ${namesOf(last.targets)}`;
  switch (status) {
    case 'awaiting_approval':
      if (approval === undefined) return { what: 'the approval of a plan', why };
      return {
        what: `the approval of ${approval.playbookId} on ${namesOf(approval.targets)}`,
        why: approval.reason.slice(0, longestReason),
        until: approval.expiresAt,
      };
    case 'open':
      return { what: 'what holds remediation', why };
    case 'remediating':
      return { what: `the end of ${playbook}`, why };
    case 'verifying':
      return { what: `the proof that ${playbook} helped`, why };
    case 'rolling_back':
      return { what: `the rollback of ${playbook}`, why };
    case 'monitoring':
      return { what: 'the trouble to stay away', why };
    case 'escalated':
      return { what: 'a human', why };
    case 'resolved':
      return undefined;
    default: {
      const never: never = status;
      return never;
    }
  }
}

function namesOf(targets: readonly { readonly instance: string }[]): string {
  return targets.map((target) => target.instance).join(', ');
}

function resultOf(attempt: Attempt): string {
  const { outcome, reason, verification, verificationReason, rollback, steps } = attempt;
  const parts = [
    withReason(outcome ?? 'no answer yet', reason ?? steps.at(-1)?.detail),
    verification === undefined ? undefined : withReason(`verification ${verification}`, verificationReason),
    rollback === undefined ? undefined : `rollback ${rollback}`,
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}

function withReason(what: string, reason: string | undefined): string {
  return reason === undefined || reason === '' ? what : `${what}: ${reason.slice(0, longestReason)}`;
}
