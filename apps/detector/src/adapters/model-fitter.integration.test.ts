import { fitEntity, matrixOf, seededRandom, type FitRequest } from '@cortex/detection';
import { bundleApp } from '@cortex/testing';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { ModelFitter } from './model-fitter.ts';

const errors: unknown[] = [];
const app = new URL('../../', import.meta.url);
const fitter = new ModelFitter((error) => errors.push(error), new URL('dist/fit-worker.js', app));

beforeAll(async () => {
  await bundleApp(fileURLToPath(app));
});

afterEach(async () => {
  errors.length = 0;
  await fitter.stop();
});

function requestOf(seed: number, rowCount = 300): FitRequest {
  const random = seededRandom(seed);
  const rows = matrixOf(Array.from({ length: rowCount }, () => [random(), random(), random()]));
  return { key: 'shop|shop-1', rows: { rows, runRows: 64 }, options: { autoencoder: false }, seed, neededAtMs: 0 };
}

test('a model fitted on the thread is equal to one fitted here', async () => {
  const requests = [requestOf(1), requestOf(2)];
  const models = await Promise.all(requests.map((request) => fitter.fit(request)));
  expect(models).toEqual(requests.map(({ rows, options, seed }) => fitEntity(rows, options, seed)));
  expect(errors).toEqual([]);
});

test('a failed fit is reported and does not block the next one', async () => {
  const [failed, fitted] = await Promise.all([fitter.fit(requestOf(1, 0)), fitter.fit(requestOf(2))]);
  expect(failed).toBeUndefined();
  expect(fitted?.columns).toBe(3);
  expect(errors).toHaveLength(1);
});
