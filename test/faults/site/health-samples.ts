import { connect } from 'node:net';
import type { Patient } from '../../system/support/site.ts';

/** Which patients served at one moment, in their order. */
export interface HealthSample {
  readonly atMs: number;
  readonly up: readonly boolean[];
}

const everyMs = 100;

/** Looks at each patient ten times a second, as one of its users would: without Cortex. */
export function sampleHealth(patients: readonly Patient[]): { readonly samples: HealthSample[]; stop(): void } {
  const samples: HealthSample[] = [];
  let isBusy = false;
  const timer = setInterval(() => {
    if (!isBusy) void look();
  }, everyMs);
  async function look(): Promise<void> {
    isBusy = true;
    const atMs = Date.now();
    samples.push({ atMs, up: await Promise.all(patients.map(({ port }) => accepts(port))) });
    isBusy = false;
  }
  return { samples, stop: () => clearInterval(timer) };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    const answer = (isUp: boolean) => (): void => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('connect', answer(true));
    socket.once('timeout', answer(false));
    socket.once('error', answer(false));
  });
}
