import type { IncidentRecord } from '@cortex/contracts';

/** One state of an incident, as it was written. */
export interface WrittenIncident {
  readonly id: string;
  readonly service: string;
  readonly atMs: number;
  readonly isOver: boolean;
  readonly isClear: boolean;
  /** The executor or the verifier owes an answer, or its result is watched: what comes then decides. */
  readonly isWorkedOn: boolean;
  /** With humans, of whom one has taken it. */
  readonly isTaken: boolean;
  readonly isRollingBack: boolean;
  readonly attempts: number;
  /** Decisions that did more than end it or watch it. */
  readonly decided: string | undefined;
  readonly calls: number;
}

export function writtenIncident({ incident }: IncidentRecord, atMs: number): WrittenIncident {
  const { id, service, status, signals, attempts, decisions, escalations } = incident;
  return {
    id,
    service,
    atMs,
    isOver: status === 'resolved',
    isClear: !signals.some(({ active }) => active),
    isWorkedOn: ['remediating', 'verifying', 'rolling_back', 'monitoring'].includes(status),
    isTaken: status === 'escalated' && incident.acknowledgedBy !== undefined,
    isRollingBack: status === 'rolling_back',
    attempts: attempts.length,
    decided: decisions.findLast(({ outcome }) => outcome !== 'resolve' && outcome !== 'monitor')?.id,
    calls: escalations.length,
  };
}
