import { useEffect, useState } from 'preact/hooks';
import type { CheckList, Problem } from '@cortex/api';
import { call } from './api-client.ts';
import { problemOf } from './live-state.ts';
import { filterQuery, type HealthFilter } from './route.ts';

export interface LiveChecks {
  readonly list?: CheckList;
  readonly problem?: Problem;
}

/** The number of checks shown at once; failing ones come first. */
const mostChecks = 300;
/** A large installation has thousands of results a second: they are polled, not followed one by one. */
const pollMs = 2_000;

/** The checks that match the filter: read again with every reading of the page, and at a steady interval while shown. */
export function useLiveChecks(filter: HealthFilter, reading: number): LiveChecks {
  const [loaded, setLoaded] = useState<LiveChecks & { readonly query?: string }>({});
  const [tick, setTick] = useState(0);
  const query = filterQuery(filter);
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (document.visibilityState === 'visible') setTick((count) => count + 1);
    }, pollMs);
    return () => window.clearInterval(timer);
  }, []);
  useEffect(() => {
    let isCurrent = true;
    const { service, tier, failing } = filter;
    const asked = { service, tier, failing: failing === true ? 'true' : undefined, limit: mostChecks };
    void call('checks', { query: asked }).then(
      (list) => isCurrent && setLoaded({ query, list }),
      (error: unknown) =>
        isCurrent &&
        setLoaded((before) => ({ ...(before.query === query ? before : {}), query, problem: problemOf(error) })),
    );
    return () => {
      isCurrent = false;
    };
  }, [query, reading, tick]);
  return loaded.query === query ? loaded : {};
}
