/** A name that was not looked up, because too many others wait for their name servers. */
export class LookUpsBusyError extends Error {
  readonly code = 'CORTEX_OUTBOUND_LOOKUPS_BUSY';

  constructor(name: string) {
    super(`${name} was not looked up: too many other names wait for name servers that do not answer`);
    this.name = 'LookUpsBusyError';
  }
}
