import {
  AnomalySeverity,
  BlastRadiusLevel,
  IncidentSeverity,
  type AnomalySeverity as Anomaly,
  type BlastRadiusLevel as Level,
  type IncidentSeverity as Severity,
} from '@cortex/contracts';

/** 0 for SEV0: the smaller, the worse. */
export function severityRank(severity: Severity): number {
  return IncidentSeverity.options.indexOf(severity);
}

export function worseSeverity(left: Severity, right: Severity): Severity {
  return severityRank(left) <= severityRank(right) ? left : right;
}

/** Undefined: of none. */
export function worstSeverity(severities: readonly Severity[]): Severity | undefined {
  const [first, ...others] = severities;
  return first === undefined ? undefined : others.reduce(worseSeverity, first);
}

/** One level worse; SEV0 stays SEV0. */
export function raisedSeverity(severity: Severity): Severity {
  return IncidentSeverity.options[Math.max(0, severityRank(severity) - 1)] ?? 'SEV0';
}

/** 0 for info: the greater, the worse. */
export function anomalyRank(severity: Anomaly): number {
  return AnomalySeverity.options.indexOf(severity);
}

/** 0 for one instance: the greater, the wider. */
export function levelRank(level: Level): number {
  return BlastRadiusLevel.options.indexOf(level);
}

/** So wide that two people must sign off what is done. Spec 7.1. */
export function isForSignOff(level: Level): boolean {
  return levelRank(level) >= levelRank('cluster_wide');
}
