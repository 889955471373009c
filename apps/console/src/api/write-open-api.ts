import { buildOpenApi } from './open-api.ts';

/** What `docs/openapi.json` holds, byte by byte. */
export async function openApiFile(): Promise<string> {
  return `${JSON.stringify(await buildOpenApi(), undefined, 2)}\n`;
}
