import type { OutboundPolicy } from '@cortex/contracts';
import { guardedTarget } from './guarded-target.ts';

/** The addresses of a host, for programs that connect by themselves. Throws `OutboundRefusedError` if any is refused. */
export function checkedAddresses(host: string, policy: OutboundPolicy): Promise<readonly string[]> {
  const { lookup } = guardedTarget(host, 0, policy);
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error !== null) reject(error);
      else resolve([found].flat().map((one) => (typeof one === 'string' ? one : one.address)));
    });
  });
}
