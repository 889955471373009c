import { buildOpenApi } from './open-api.ts';

/** The content of `docs/openapi.json`, byte by byte. */
export async function openApiFile(): Promise<string> {
  return `${JSON.stringify(await buildOpenApi(), undefined, 2)}\n`;
}
