import type { Incident, Waiting } from '@cortex/contracts';
import type { Memory } from '../model/memory.ts';

/** What the incident waits for, in words for people. Undefined while Cortex works on it, and when it is over. */
export function waitingFor(incident: Incident, { held, timers }: Memory): Waiting | undefined {
  const { approval, decisions, escalations, status } = incident;
  const dueOf = (...names: readonly string[]): { until?: string } => {
    const until = names.map((name) => timers[`${incident.id}-${name}`]).find((due) => due !== undefined);
    return until === undefined ? {} : { until };
  };
  const last = decisions.at(-1);
  switch (status) {
    case 'open':
      if (held === undefined) return undefined;
      return { for: held.by, reason: held.reason ?? last?.reason ?? '', since: held.since, ...dueOf('reevaluate') };
    case 'awaiting_approval':
      if (approval === undefined) return undefined;
      return { for: 'approval', reason: approval.reason, since: approval.requestedAt, until: approval.expiresAt };
    case 'monitoring':
      if (last === undefined) return undefined;
      return { for: 'proof', reason: last.reason, since: last.at, ...dueOf('monitoring', 'quiet') };
    case 'escalated': {
      const call = escalations.at(-1);
      return call === undefined ? undefined : { for: 'human', reason: call.reason, since: call.at };
    }
    case 'remediating':
    case 'verifying':
    case 'rolling_back':
    case 'resolved':
      return undefined;
    default: {
      const impossible: never = status;
      throw new TypeError(`an unknown status ${String(impossible)}`);
    }
  }
}
