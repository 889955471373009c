import { useEffect, useState } from 'preact/hooks';
import type { CheckList, Problem } from '@cortex/api';
import { call } from './api-client.ts';
import { problemOf } from './live-state.ts';
import { filterQuery, type HealthFilter } from './route.ts';

export interface LiveChecks {
  readonly list?: CheckList;
  readonly problem?: Problem;
}

/** As many checks are shown at once; failing ones come first. */
const mostChecks = 300;
/** Results come by the thousand a second in a large place: they are read at this pace, not one by one. */
const pollMs = 2_000;

/** The checks that the filter wants: read again with every reading of the page, and at a steady pace while it is looked at. */
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
