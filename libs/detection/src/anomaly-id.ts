import { hashText } from '@cortex/contracts';

/** One series has one open anomaly at a time, so its key and its start name it. */
export function anomalyIdOf(seriesKey: string, startedAtMs: number): string {
  return `anomaly-${hashText(`${seriesKey}@${startedAtMs}`)}`;
}
