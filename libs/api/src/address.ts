import { apiPrefix, endpoints, type RouteName } from './endpoints.ts';

export interface AddressParts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
}

/** Path and query of a call, from {@link apiPrefix} on, with parameters escaped. */
export function addressOf(name: RouteName, { params = {}, query = {} }: AddressParts = {}): string {
  const path = endpoints[name].path.replaceAll(/:([a-z]+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
  const given = Object.entries(query).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return `${apiPrefix}${path}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`;
}
