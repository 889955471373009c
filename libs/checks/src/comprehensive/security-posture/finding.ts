import { keepsTo } from '../../bound.ts';
import type { Bound } from '../../bound.ts';

/** The result for one certificate, secret or report. */
export interface Finding {
  readonly isSound: boolean;
  readonly detail: string;
  /** How long it is still valid, or how old it is; absent when unknown. */
  readonly days?: number;
}

const dayMs = 86_400_000;
/** Clocks differ; a date further ahead is not in the past. */
const clockToleranceMs = 3_600_000;

/** Judges what expires. */
export function judgeExpiry(name: string, expiresAt: Date, nowMs: number, bound: Bound): Finding {
  const leftMs = expiresAt.getTime() - nowMs;
  if (Number.isNaN(leftMs)) return unknown(name, 'it says no date that can be read');
  const days = inDays(leftMs);
  const words = leftMs < 0 ? `expired ${-days} days ago` : `expires in ${days} days`;
  if (keepsTo(leftMs, bound)) return { isSound: true, detail: `${name} ${words}`, days };
  return { isSound: false, detail: `${name} ${words}, expected ${bound.text}`, days };
}

/** Judges what grows old. */
export function judgeAge(name: string, since: Date, nowMs: number, bound: Bound): Finding {
  const ageMs = nowMs - since.getTime();
  if (Number.isNaN(ageMs)) return unknown(name, 'it says no date that can be read');
  if (ageMs < -clockToleranceMs) return unknown(name, `its date lies in the future: ${since.toISOString()}`);
  const days = inDays(ageMs);
  if (keepsTo(ageMs, bound)) return { isSound: true, detail: `${name} is ${days} days old`, days };
  return { isSound: false, detail: `${name} is ${days} days old, expected ${bound.text}`, days };
}

export function unknown(name: string, problem: string): Finding {
  return { isSound: false, detail: `${name}: ${problem}` };
}

function inDays(milliseconds: number): number {
  return Math.floor((10 * milliseconds) / dayMs) / 10;
}
