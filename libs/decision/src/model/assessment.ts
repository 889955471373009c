import type { CauseCategory, IncidentSeverity, Signal, SignalClass, Silence } from '@cortex/contracts';

/** Points of a score, and in words what they come from. */
export interface ScorePart {
  readonly points: number;
  readonly from: string;
}

/** The scoring of spec 6.1 step 2: the sum of its parts. */
export interface SeverityScore {
  readonly severity: IncidentSeverity;
  /** By its points alone, whether or not users suffer. */
  readonly byPoints: IncidentSeverity;
  readonly score: number;
  readonly parts: Readonly<Record<string, ScorePart>>;
  /** Which score is which severity, in words. */
  readonly limits: string;
}

/** Whether users suffer. */
export interface HarmVerdict {
  readonly isHarmful: boolean;
  readonly reason: string;
  /** The active signals that are harm. */
  readonly harmful: readonly Signal[];
}

/** Spec 6.1 step 4. */
export interface RootCause {
  readonly cause: CauseCategory;
  /** The service to heal first, when the trouble comes from there. */
  readonly rootService?: string;
  readonly votes: Readonly<Record<string, number>>;
}

/**
 * What is wrong, as this step sees it, beside what the incident itself keeps of it. Computed once, and again only when the
 * signals change.
 */
export interface Assessment {
  /** The signals that it is about: those that are active, or all when none is any more. */
  readonly signals: readonly Signal[];
  readonly class: SignalClass;
  /** How surprising it is that other services went wrong at the same time; 0 when nothing is known of that. */
  readonly correlation: number;
  readonly harm: HarmVerdict;
  readonly score: SeverityScore;
  readonly rootCause: RootCause;
  /** What the risk score of the blast radius is the weighted mean of, in words. */
  readonly risk: Readonly<Record<string, string>>;
  /** The silence that covers the incident now. */
  readonly silence: Silence | undefined;
}
