import { incidentHash } from '@cortex/api';
import { useEffect, useState } from 'preact/hooks';

/** The filter of the health page; empty means all. */
export interface HealthFilter {
  readonly service?: string;
  readonly tier?: string;
  readonly failing?: boolean;
}

export type Route =
  /** `unknown` is the address that led here because it leads nowhere else. */
  | { readonly page: 'overview'; readonly unknown?: string }
  | { readonly page: 'incident'; readonly id: string }
  | { readonly page: 'health'; readonly filter: HealthFilter };

/** The view is in the address, so that it can be linked to: `/#/incidents/<id>`, `/#/health?service=shop`. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(window.location.hash));
  useEffect(() => {
    const onChange = (): void => setRoute(routeOf(window.location.hash));
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);
  return route;
}

export function goTo(route: Route): void {
  window.location.hash = hashOf(route);
}

export function routeOf(hash: string): Route {
  const id = /^#\/incidents\/([0-9a-f-]{4,36})$/i.exec(hash)?.[1]?.toLowerCase();
  if (id !== undefined) return { page: 'incident', id };
  const [, query] = /^#\/health(?:\?(.*))?$/.exec(hash) ?? [];
  if (query === undefined && hash !== '#/health') {
    // Others, such as that of the skip link, name a place on the page.
    return { page: 'overview', ...(/^#\/./.test(hash) ? { unknown: hash } : {}) };
  }
  const parameters = new URLSearchParams(query);
  const service = parameters.get('service') ?? '';
  const tier = parameters.get('tier') ?? '';
  return {
    page: 'health',
    filter: {
      ...(service === '' ? {} : { service }),
      ...(tier === '' ? {} : { tier }),
      ...(parameters.get('failing') === 'true' ? { failing: true } : {}),
    },
  };
}

export function hashOf(route: Route): string {
  switch (route.page) {
    case 'overview':
      return '#/';
    case 'incident':
      return incidentHash(route.id);
    case 'health': {
      const query = filterQuery(route.filter);
      return query === '' ? '#/health' : `#/health?${query}`;
    }
    default: {
      const never: never = route;
      return never;
    }
  }
}

/** As the address and the API write it. */
export function filterQuery({ service, tier, failing }: HealthFilter): string {
  return new URLSearchParams({
    ...(service === undefined ? {} : { service }),
    ...(tier === undefined ? {} : { tier }),
    ...(failing === true ? { failing: 'true' } : {}),
  }).toString();
}
