import { compileDetection, detect, emptyPartition } from '@cortex/detection';
import { Instance, type Anomaly } from '@cortex/contracts';
import { startMs } from '@cortex/detection/testing';
import { minuteMs, secondMs } from './scene.ts';

export const senders = ['shop-1', 'shop-2', 'shop-3'] as const;
const stepMs = 10 * secondMs;
/** Minutes from the start. */
const [shownFrom, silentFrom, silentTo, end] = [56, 60, 69, 73] as const;

export interface MissingRecording {
  readonly fromMs: number;
  readonly toMs: number;
  readonly silent: { readonly fromMs: number; readonly toMs: number };
  /** When samples of each of the senders came. */
  readonly heardMs: readonly (readonly number[])[];
  readonly opened: { readonly timeMs: number; readonly explanation: string } | undefined;
  readonly clearedMs: number | undefined;
}

/** Runs the whole detection over three instances, one of which ceases to send for a while. */
export function recordMissing(): MissingRecording {
  const instances = senders.map((id) => Instance.parse({ id }));
  const settings = compileDetection([], [], { services: [{ name: 'shop', instances }] });
  const state = emptyPartition();
  const silent = { fromMs: startMs + silentFrom * minuteMs, toMs: startMs + silentTo * minuteMs };
  const [fromMs, toMs] = [startMs + shownFrom * minuteMs, startMs + end * minuteMs];
  const heardMs: number[][] = senders.map(() => []);
  let opened: MissingRecording['opened'];
  let clearedMs: number | undefined;
  for (let timeMs = startMs; timeMs < toMs; timeMs += stepMs) {
    const isSilent = timeMs >= silent.fromMs && timeMs < silent.toMs;
    const heard = senders.filter((instance) => !(isSilent && instance === senders[0]));
    const sample = { service: 'shop', metric: 'requests_per_second', labels: {}, timesMs: [timeMs] };
    const values = [200 + ((timeMs / stepMs) % 7)];
    const { drafts } = detect(settings, state, {
      atMs: timeMs,
      series: heard.map((instance) => ({ ...sample, instance, values })),
    });
    for (const { type, data } of drafts) {
      if (type === 'anomaly.detected') opened = { timeMs, explanation: (data as Anomaly).explanation };
      if (type === 'anomaly.cleared') clearedMs = timeMs;
    }
    if (timeMs < fromMs) continue;
    for (const instance of heard) heardMs[senders.indexOf(instance)]?.push(timeMs);
  }
  return { fromMs, toMs, silent, heardMs, opened, clearedMs };
}
