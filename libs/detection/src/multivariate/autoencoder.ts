import { z } from 'zod';
import { accumulateGradient, networkOf, reconstruct, type Network } from './network.ts';
import { mapRows, rowOf, type Matrix } from './matrix.ts';
import { pack32, unpack32 } from '../packed.ts';
import { quantileOfSorted } from './quantile.ts';
import { normalFrom, shuffleStart, type Random } from './seeded-random.ts';

export interface AutoencoderOptions {
  /** Widths of the encoder, the code last; the decoder mirrors it. Default 64, 32, 16 (spec 1.2). */
  readonly encoder?: readonly number[];
  /** Passes over the rows: default 10. */
  readonly epochs?: number;
  /** Rows per step: default 32. */
  readonly batchRows?: number;
  /** Default 0.001, falling to a tenth over the epochs. */
  readonly learningRate?: number;
}

export interface Autoencoder {
  readonly network: Network;
  readonly parameters: Float32Array;
}

/** Epoch by epoch, so that the caller may pause between them: yields the mean squared error of each, returns the result. */
export function* trainAutoencoder(
  rows: Matrix,
  options: AutoencoderOptions,
  random: Random,
): Generator<number, Autoencoder> {
  const { encoder = [64, 32, 16], epochs = 10, batchRows = 32, learningRate = 0.001 } = options;
  const widths = [rows.columns, ...encoder, ...encoder.slice(0, -1).toReversed(), rows.columns];
  const network = networkOf(widths);
  const parameters = initialParameters(network, random);
  const adam = newAdam(parameters.length);
  const gradient = new Float32Array(parameters.length);
  const order = Int32Array.from({ length: rows.rows }, (_, row) => row);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffleStart(order, order.length, random);
    const rate = learningRate * 0.1 ** (epoch / Math.max(1, epochs - 1));
    let squares = 0;
    for (let start = 0; start < order.length; start += batchRows) {
      const batch = order.subarray(start, start + batchRows);
      gradient.fill(0);
      for (const row of batch) squares += accumulateGradient(network, parameters, rowOf(rows, row), gradient);
      stepAdam(adam, parameters, gradient, 1 / batch.length, rate);
    }
    yield squares / (order.length * rows.columns);
  }
  return { network, parameters };
}

/** The mean squared difference between a row and what remains of it after the code. */
export function autoencoderError({ network, parameters }: Autoencoder, row: ArrayLike<number>): number {
  const output = reconstruct(network, parameters, row);
  let squares = 0;
  for (let column = 0; column < output.length; column += 1) {
    const error = (output[column] as number) - (row[column] as number);
    squares += error * error;
  }
  return squares / output.length;
}

/** The error that a share of the rows exceeds: above it, a row counts as anomalous. Spec 1.2: the 95th percentile. */
export function errorThreshold(autoencoder: Autoencoder, rows: Matrix, percentile = 0.95): number {
  return quantileOfSorted(mapRows(rows, (row) => autoencoderError(autoencoder, row)).sort(), percentile);
}

/** He et al. 2015: normal weights of variance 2 / inputs for relu, and no offsets. */
function initialParameters({ layers, parameterCount }: Network, random: Random): Float32Array {
  const parameters = new Float32Array(parameterCount);
  for (const { inputs, outputs, weightsAt } of layers) {
    const deviation = Math.sqrt(2 / inputs);
    for (let index = 0; index < inputs * outputs; index += 1) {
      parameters[weightsAt + index] = deviation * normalFrom(random);
    }
  }
  return parameters;
}

interface Adam {
  steps: number;
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

function newAdam(size: number): Adam {
  return { steps: 0, means: new Float32Array(size), squares: new Float32Array(size) };
}

/** Kingma and Ba 2015, algorithm 1, with its own defaults. */
function stepAdam(adam: Adam, parameters: Float32Array, gradient: Float32Array, share: number, rate: number): void {
  const { means, squares } = adam;
  adam.steps += 1;
  const step = (rate * Math.sqrt(1 - 0.999 ** adam.steps)) / (1 - 0.9 ** adam.steps);
  for (let index = 0; index < parameters.length; index += 1) {
    const slope = (gradient[index] as number) * share;
    const mean = 0.9 * (means[index] as number) + 0.1 * slope;
    const square = 0.999 * (squares[index] as number) + 0.001 * slope * slope;
    means[index] = mean;
    squares[index] = square;
    parameters[index] = (parameters[index] as number) - (step * mean) / (Math.sqrt(square) + 1e-8);
  }
}

const Saved = z.strictObject({ widths: z.array(z.int().positive()).min(2), parameters: z.string() });

/** The autoencoder as JSON: restored from it, it reconstructs identically. */
export function saveAutoencoder({ network, parameters }: Autoencoder): z.infer<typeof Saved> {
  return { widths: [...network.widths], parameters: pack32(parameters) };
}

/** Undoes {@link saveAutoencoder}. Throws on anything else. */
export function restoreAutoencoder(value: unknown): Autoencoder {
  const { widths, parameters } = Saved.parse(value);
  const network = networkOf(widths);
  return { network, parameters: unpack32(parameters, network.parameterCount) };
}
