import { shortId, type IncidentSummary } from '@cortex/api';
import type { Attempt, Decision, GateResult, Incident } from '@cortex/contracts';
import type { Pages } from './pages.ts';

/**
 * The incident in five sentences: what is wrong, since when, what was decided, what was done, what comes next. Pure.
 * `pages`: undefined where no record of them is known.
 */
export function summaryOf(incident: Incident, pages: Pages | undefined): IncidentSummary {
  return {
    what: what(incident),
    since: since(incident),
    decided: decided(incident),
    done: done(incident, pages),
    next: next(incident),
  };
}

const namedSignals = 3;

/** The title, and what else is wrong now; of what is over, what it was. */
function what({ title, service, environment, severity, signals, resolution }: Incident): string {
  const where = `${severity}, ${service} in ${environment}`;
  const active = signals.filter((signal) => signal.active).map(({ summary }) => summary);
  if (resolution !== undefined || (signals.length > 0 && active.length === 0)) {
    return `it was: ${title} (${where})`;
  }
  const others = [...new Set(active)].filter((summary) => !title.includes(summary));
  if (others.length === 0) return `${title} (${where})`;
  const more = others.length > namedSignals ? ` and ${others.length - namedSignals} more` : '';
  return `${title} (${where}); also: ${others.slice(0, namedSignals).join('; ')}${more}`;
}

function since({ startedAt, signals, resolution }: Incident): string {
  if (resolution !== undefined) {
    return `${startedAt}, until ${resolution.recoveredAt} (${span(startedAt, resolution.recoveredAt)})`;
  }
  const clearedAt = signals.flatMap((signal) => signal.clearedAt ?? []).sort();
  const last = clearedAt.at(-1);
  return isOver({ signals }) && last !== undefined ? `${startedAt}; nothing is seen any more since ${last}` : startedAt;
}

function isOver({ signals }: Pick<Incident, 'signals'>): boolean {
  return signals.length > 0 && signals.every(({ active }) => !active);
}

/** The last decision. What ended the incident is told by what comes next, so it is the one before. */
function decided({ decisions, resolution, leftOut }: Incident): string {
  const told = resolution === undefined ? decisions : decisions.filter(({ outcome }) => outcome !== 'resolve');
  const last = told.at(-1);
  if (last === undefined) return 'nothing yet';
  const count = told.length + (leftOut?.decisions ?? 0);
  const earlier = count > 1 ? ` (the last of ${count} decisions)` : '';
  return `${last.at}: ${move(last)}: ${sentence(last.reason)}${earlier}`;
}

function move({ outcome, playbookId }: Decision): string {
  return `${outcome.replaceAll('_', ' ')}${playbookId === undefined ? '' : ` with ${playbookId}`}`;
}

/** Each attempt with its result, and whether people were told. */
function done(incident: Incident, pages: Pages | undefined): string {
  const { attempts, leftOut } = incident;
  const told = toldText(incident, pages);
  const parts = [...attempts.map(attemptText), ...leftOutText(leftOut), ...(told === undefined ? [] : [told])];
  return parts.length === 0 ? 'nothing was changed, and nobody was called' : parts.join('; ');
}

/** That people are asked for is not yet a page: it has a hold, and is needless when the incident ends within it. */
function toldText({ escalations, resolution }: Incident, pages: Pages | undefined): string | undefined {
  const [asked] = escalations;
  if (asked === undefined) return undefined;
  if (pages === undefined) return `people were asked for at ${asked.at}`;
  const calls = pages.notifications.filter(({ kind }) => kind !== 'resolved');
  const [first] = calls.filter(({ status }) => status === 'delivered').toSorted((a, b) => a.at.localeCompare(b.at));
  if (first !== undefined) return `${first.contact} was told at ${first.at}`;
  if (resolution !== undefined) return 'nobody was told: it was over before';
  const failed = calls.find(({ status, detail }) => status === 'failed' || detail !== '');
  if (failed !== undefined) {
    const { contact, channel, detail, attempts } = failed;
    return `nobody could be told yet: ${contact} by ${channel}: ${sentence(detail)}${attempts > 1 ? ` (${attempts} tries)` : ''}`;
  }
  return `people are asked for since ${asked.at}, and nobody was told yet${whyUntold(pages)}`;
}

function whyUntold({ plan, untoldFor }: Pages): string {
  if (untoldFor === 'storm') return ': the page of the storm speaks for it';
  if (untoldFor === 'quiet') return ': nothing is wrong at present';
  const [dueAt] = plan.flatMap((level) => (level.status === 'waiting' ? [level.dueAt] : [])).toSorted();
  return dueAt === undefined ? '' : `: the first page leaves at ${dueAt}, unless it is over by then`;
}

/** What a long incident does without. */
function leftOutText(leftOut: Incident['leftOut']): readonly string[] {
  if (leftOut === undefined) return [];
  const parts = [
    ...(leftOut.attempts === 0 ? [] : [`${leftOut.attempts} earlier attempts that helped or were refused`]),
    ...(leftOut.stepResults === 0 ? [] : [`${leftOut.stepResults} results of steps`]),
  ];
  return parts.length === 0 ? [] : [`not kept: ${parts.join(', ')}`];
}

function attemptText({ playbookId, targets, outcome, reason, verification, rollback, ...attempt }: Attempt): string {
  const on = `${playbookId} on ${targets.map(({ instance }) => instance).join(', ')}`;
  if (outcome === undefined) return `${on}: ${attempt.startedAt === undefined ? 'asked for' : 'running'}`;
  const results = [
    outcome.replaceAll('_', ' ') + (outcome === 'succeeded' || reason === undefined ? '' : ` (${sentence(reason)})`),
    ...(verification === undefined
      ? []
      : [`verification ${verification.replaceAll('_', ' ')}${whyVerified(attempt.verificationReason)}`]),
    ...(rollback === undefined ? [] : [`rollback ${rollback.replaceAll('_', ' ')}`]),
  ];
  return `${on}: ${results.join(', ')}`;
}

function whyVerified(reason: string | undefined): string {
  return reason === undefined ? '' : ` (${sentence(reason)})`;
}

/** What happens next, or who is waited for. */
function next(incident: Incident): string {
  const { status, resolution, approval, acknowledgedBy, attempts } = incident;
  const id = shortId(incident.id);
  switch (status) {
    case 'resolved':
      return resolution === undefined
        ? 'nothing'
        : `nothing: ended ${resolution.at} by ${resolution.method.replaceAll('_', ' ')}, ${sentence(resolution.reason)}`;
    case 'awaiting_approval':
      return approval === undefined
        ? 'a human must approve the plan'
        : `waits for an answer to ${approval.playbookId} until ${approval.expiresAt} (${approval.grantedBy.length} of ${approval.requiredApprovals} given): cortex approve ${id}, or cortex reject ${id}`;
    case 'remediating':
      return `waits for ${attempts.at(-1)?.playbookId ?? 'the playbook'} to end`;
    case 'verifying':
      return `waits for the verification of ${attempts.at(-1)?.playbookId ?? 'the playbook'}`;
    case 'rolling_back':
      return `waits for the rollback of ${attempts.at(-1)?.playbookId ?? 'the playbook'}`;
    case 'monitoring':
      return 'waits whether it stays well';
    case 'escalated':
      if (isOver(incident)) return 'nothing is wrong any more: it ends by itself when that lasts';
      return acknowledgedBy === undefined
        ? `waits for a human: cortex ack ${id}`
        : `${acknowledgedBy} has it: cortex close ${id} when it is solved`;
    case 'open':
      return waitsFor(incident.decisions.at(-1));
    default: {
      const never: never = status;
      return never;
    }
  }
}

function waitsFor(decision: Decision | undefined): string {
  if (decision === undefined) return 'the first decision';
  const holding = decision.gates
    .filter(({ verdict, reason }) => verdict === 'hold' && reason !== decision.reason)
    .map(gateText);
  return `waits: ${sentence(decision.reason)}${holding.length === 0 ? '' : ` (held by ${holding.join('; ')})`}; decided again when that changes`;
}

function gateText({ gate, reason }: GateResult): string {
  return `${gate.replaceAll('_', ' ')}: ${sentence(reason)}`;
}

/** Reasons are whole sentences or parts of one; here they are parts. */
function sentence(text: string): string {
  return text.trim().replace(/\.$/, '');
}

function span(from: string, until: string): string {
  const seconds = Math.max(0, Date.parse(until) - Date.parse(from)) / 1_000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
