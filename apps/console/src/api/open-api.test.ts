import { endpoints, routes } from '@cortex/api';
import { readFileSync } from 'node:fs';
import { apiErrors } from '@cortex/errors';
import { expect, test } from 'vitest';
import type { ApiDependencies } from './dependencies.ts';
import { allRoutes } from './routes/all-routes.ts';
import { openApiFile } from './write-open-api.ts';

test('docs/openapi.json says what the routes do', async () => {
  const kept = readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8');
  // Stale? Run: npm run generate
  expect(kept).toBe(await openApiFile());
});

test('every reference leads to a schema, and every refusal names known codes', async () => {
  const text = await openApiFile();
  const document = JSON.parse(text) as { components: { schemas: Record<string, object> } };
  for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/([^"]+)"/g)) {
    expect({ name, isKnown: Object.keys(document.components.schemas[name] ?? {}).length > 0 }).toEqual({
      name,
      isKnown: true,
    });
  }
  expect(text).not.toContain('$defs');
  for (const [code] of text.matchAll(/CORTEX_(?!API_TOKEN)[A-Z_]+/g)) expect(Object.keys(apiErrors)).toContain(code);
});

test('every route of the API is served, once', () => {
  const served = allRoutes({} as ApiDependencies).map(({ name }) => name);
  expect(served.toSorted()).toEqual(Object.keys(endpoints).toSorted());
  expect(Object.keys(routes).toSorted()).toEqual(Object.keys(endpoints).toSorted());
});
