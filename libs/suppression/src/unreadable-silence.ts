import { Silence } from '@cortex/contracts';

/** The parts that say where and how long a silence holds; whatever else is wrong with it. */
const Scope = Silence.pick({ service: true, endsAt: true }).loose();

/** What a silence that cannot be read may hold, as far as its text says. */
export interface PossibleSilence {
  /** Undefined: anything. */
  readonly service: string | undefined;
  /** Undefined: without end. */
  readonly endsAt: string | undefined;
}

/** Of a text that says neither, every service may be silenced, for as long as it lies there. */
export function possibleSilence(text: string): PossibleSilence {
  const scope = Scope.safeParse(jsonOf(text));
  return scope.success
    ? { service: scope.data.service, endsAt: scope.data.endsAt }
    : { service: undefined, endsAt: undefined };
}

/** Whether it may hold at this time for the service. */
export function mayHold({ service, endsAt }: PossibleSilence, asked: string, now: string): boolean {
  const isOver = endsAt !== undefined && Date.parse(endsAt) <= Date.parse(now);
  return !isOver && (service === undefined || service === asked);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
