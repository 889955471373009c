import { readRunningStack } from '@cortex/local-stack';

export interface LoopDelay {
  readonly service: string;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Of every service whose metrics hold that of an event loop: since somebody last asked. */
export async function loopDelays(dir: string): Promise<readonly LoopDelay[]> {
  const { services = [] } = readRunningStack(dir) ?? {};
  const delays = await Promise.all(
    services.map(async ({ name, port }) => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const p99Ms = lateness(text, 'p99');
      const maxMs = lateness(text, 'max');
      return p99Ms === undefined || maxMs === undefined ? [] : [{ service: name, p99Ms, maxMs }];
    }),
  );
  return delays.flat();
}

/** The interval of the measurement, which is part of what it gives: docs/operations.md. */
const precisionMs = 50;

function lateness(metrics: string, which: 'p99' | 'max'): number | undefined {
  const found = new RegExp(`^nodejs_eventloop_lag_${which}_seconds\\S* (\\S+)$`, 'm').exec(metrics)?.[1];
  return found === undefined ? undefined : Math.max(0, Number(found) * 1_000 - precisionMs);
}
