import { hashText } from '@cortex/contracts';

/** A series has at most one open anomaly, so its key and the start of the anomaly identify it. */
export function anomalyIdOf(seriesKey: string, startedAtMs: number): string {
  return `anomaly-${hashText(`${seriesKey}@${startedAtMs}`)}`;
}
