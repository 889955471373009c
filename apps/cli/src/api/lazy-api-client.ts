import { headersFor, type ApiClient } from './api-client-port.ts';

/** As `createApiClient`, but loads the API's schemas only with the first request: some commands make none. */
export function createLazyApiClient(findUrl: () => string, token: string | undefined, stopped: AbortSignal): ApiClient {
  let knownUrl: string | undefined;
  let client: Promise<ApiClient> | undefined;
  const url = (): string => (knownUrl ??= findUrl());
  const load = (): Promise<ApiClient> =>
    (client ??= import('./api-client.ts').then(({ createApiClient }) => createApiClient(url, token, stopped)));
  return {
    get url() {
      return url();
    },
    headers: headersFor(token),
    call: async (name, ...request) => (await load()).call(name, ...request),
    text: async (name, request) => (await load()).text(name, request),
  };
}
