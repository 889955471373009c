import type { Attempt } from '@cortex/contracts';

/** The targets recovered, whatever came after that. */
export function hasHelped({ verification, relapsed }: Attempt): boolean {
  return verification === 'SUCCESS' || relapsed === true;
}
