import { CortexError } from '@cortex/errors';

/** A name that was not looked up, because too many others wait for their name servers. */
export class LookUpsBusyError extends CortexError {
  constructor(name: string) {
    super(
      'CORTEX_OUTBOUND_LOOKUPS_BUSY',
      `${name} was not looked up: too many other names wait for name servers that do not answer`,
    );
  }
}
