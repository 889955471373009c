import { expect, test } from 'vitest';
import {
  autoencoderError,
  errorThreshold,
  restoreAutoencoder,
  saveAutoencoder,
  trainAutoencoder,
  type Autoencoder,
} from './autoencoder.ts';
import { mapRows, matrixOf, rowOf, type Matrix } from './matrix.ts';
import { accumulateGradient, networkOf } from './network.ts';
import { normalFrom, seededRandom } from './seeded-random.ts';

function trained(
  rows: Matrix,
  options: Parameters<typeof trainAutoencoder>[1],
): { result: Autoencoder; losses: number[] } {
  const epochs = trainAutoencoder(rows, options, seededRandom(1));
  const losses: number[] = [];
  for (;;) {
    const epoch = epochs.next();
    if (epoch.done === true) return { result: epoch.value, losses };
    losses.push(epoch.value);
  }
}

/** Six columns that two hidden numbers decide. */
function hiddenTwo(count: number, seed: number): Matrix {
  const random = seededRandom(seed);
  return matrixOf(
    Array.from({ length: count }, () => {
      const [one, other] = [normalFrom(random), normalFrom(random)];
      return [one, other, one + other, one - other, Math.abs(one), one * 0.5].map(
        (value) => value + 0.05 * normalFrom(random),
      );
    }),
  );
}

test('the shape of the specification has 6,102 weights for 6 metrics', () => {
  expect(networkOf([6, 64, 32, 16, 32, 64, 6]).parameterCount).toBe(6_102);
});

test('the gradient is that of finite differences', () => {
  const network = networkOf([4, 7, 3, 7, 4]);
  const random = seededRandom(2);
  const parameters = Float32Array.from({ length: network.parameterCount }, () => 0.5 * normalFrom(random));
  const row = [0.3, -1.2, 2, 0.7];
  const gradient = new Float32Array(parameters.length);
  accumulateGradient(network, parameters, row, gradient);
  const step = 2 ** -9;
  const halfErrorWith = (index: number, change: number): number => {
    const changed = parameters.slice();
    changed[index] = (changed[index] as number) + change;
    return accumulateGradient(network, changed, row, new Float32Array(parameters.length)) / 2;
  };
  let difference = 0;
  let size = 0;
  for (const [index, slope] of gradient.entries()) {
    const measured = (halfErrorWith(index, step) - halfErrorWith(index, -step)) / (2 * step);
    difference += (measured - slope) ** 2;
    size += slope ** 2;
  }
  expect(size).toBeGreaterThan(1);
  expect(Math.sqrt(difference / size)).toBeLessThan(0.002);
});

test('training learns what the metrics have in common, and its error shows when they break with it', () => {
  const rows = hiddenTwo(600, 3);
  const { result, losses } = trained(rows, { encoder: [16, 8, 2], epochs: 60, learningRate: 0.005 });
  expect(losses).toHaveLength(60);
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 5);
  const normal = mapRows(hiddenTwo(200, 4), (row) => autoencoderError(result, row)).sort();
  const broken = autoencoderError(result, [1, 1, -2, 0, 1, -1]);
  expect(broken).toBeGreaterThan(normal[190] as number);
});

test('one row in twenty lies above the threshold of the specification', () => {
  const rows = hiddenTwo(400, 7);
  const { result } = trained(rows, { epochs: 1 });
  const threshold = errorThreshold(result, rows);
  expect(mapRows(rows, (row) => autoencoderError(result, row)).filter((error) => error > threshold)).toHaveLength(20);
});

test('the same seed learns the same', () => {
  const rows = hiddenTwo(64, 5);
  expect(trained(rows, { epochs: 2 }).result.parameters).toEqual(trained(rows, { epochs: 2 }).result.parameters);
});

test('a restored autoencoder reconstructs identically', () => {
  const rows = hiddenTwo(64, 6);
  const { result } = trained(rows, { epochs: 1 });
  const restored = restoreAutoencoder(JSON.parse(JSON.stringify(saveAutoencoder(result))));
  for (let row = 0; row < 64; row += 1) {
    expect(autoencoderError(restored, rowOf(rows, row))).toBe(autoencoderError(result, rowOf(rows, row)));
  }
});
