import { targetKey } from './envelope.ts';
import type { Target } from './model/catalogue.ts';
import { escapeToken } from './token.ts';

/** The lease on a target: its holder may act on the target. */
export function targetLeaseKey(target: Target): string {
  return `target.${targetKey(target)}`;
}

/** The leases that are a service's budget are named `<prefix>.<n>`. */
export function slotLeasePrefix(service: string): string {
  return `slot.${escapeToken(service)}`;
}
