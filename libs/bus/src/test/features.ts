import { archiveFeatures } from './features/archives.ts';
import { bucketFeatures } from './features/buckets.ts';
import { clockFeatures } from './features/clocks.ts';
import { consumingFeatures } from './features/consuming.ts';
import { crashFeatures } from './features/crashes.ts';
import { deadLetterFeatures } from './features/dead-letters.ts';
import { leaseFeatures } from './features/leases.ts';
import { logFeatures } from './features/logs.ts';
import { publishingFeatures } from './features/publishing.ts';
import { readingFeatures } from './features/reading.ts';
import { serverFeatures } from './features/server.ts';
import { timerFeatures } from './features/timers.ts';
import { watchFeatures } from './features/watches.ts';
import type { StartSite } from './site.ts';

/** What every service may rely on: one suite for NATS and for the server in memory. */
export function busFeatures(start: StartSite): void {
  for (const features of [
    serverFeatures,
    publishingFeatures,
    consumingFeatures,
    deadLetterFeatures,
    readingFeatures,
    logFeatures,
    bucketFeatures,
    archiveFeatures,
    watchFeatures,
    leaseFeatures,
    timerFeatures,
    clockFeatures,
    crashFeatures,
  ]) {
    features(start);
  }
}
