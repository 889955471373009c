import { targetKey } from './envelope.ts';
import type { Target } from './model/catalogue.ts';

/** The lease on a target: its holder may act on the target. */
export function targetLeaseKey(target: Target): string {
  return `target.${targetKey(target)}`;
}
