import { expect, test } from 'vitest';
import { unknownRoute } from './unknown-route.ts';

test.each([
  ['GET', '/api/v1/incident', 'did you mean /api/v1/incidents?'],
  ['GET', '/api/v1/aprovals', 'did you mean /api/v1/approvals?'],
  ['GET', '/api/v1/incidents/5f3c07d1/explain', 'did you mean /api/v1/incidents/5f3c07d1/explanation?'],
  ['GET', '/api/v2/incidents', 'the API below /api/v1'],
  ['GET', '/api/v1/incidents/5f3c07d1/explanations', 'did you mean /api/v1/incidents/5f3c07d1/explanation?'],
  ['GET', '/api/v1/something/else/entirely', 'see /api/v1/openapi.json'],
])('%s %s: %s', (method, path, fix) => {
  expect(unknownRoute(method, path)).toMatchObject({
    code: 'CORTEX_API_NOT_FOUND',
    detail: `no route ${method} ${path}`,
    fix: expect.stringContaining(fix),
  });
});

test('a path that takes another method says which', () => {
  expect(unknownRoute('POST', '/api/v1/kill-switch')).toMatchObject({ reason: 'this path takes GET, PUT' });
  expect(unknownRoute('DELETE', '/api/v1/incidents/5f3c07d1')).toMatchObject({ reason: 'this path takes GET' });
});
