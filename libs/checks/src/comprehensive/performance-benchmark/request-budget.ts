/** A number of requests that concurrent takers cannot exceed together. */
export interface RequestBudget {
  /** Takes one request; false when none is left. */
  take(): boolean;
  readonly taken: number;
}

export function createRequestBudget(maxRequests: number): RequestBudget {
  if (!Number.isSafeInteger(maxRequests) || maxRequests < 0) {
    throw new RangeError(`a budget is a count, not ${maxRequests}`);
  }
  let taken = 0;
  return {
    take() {
      if (taken >= maxRequests) return false;
      taken += 1;
      return true;
    },
    get taken() {
      return taken;
    },
  };
}
