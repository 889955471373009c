import { dot32 } from './dot.ts';

/** One fully connected layer; its weights and then its offsets lie in one array with those of all layers. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weightsAt: number;
  readonly offsetsAt: number;
}

/** Fully connected layers with relu between them and none after the last. */
export interface Network {
  readonly widths: readonly number[];
  readonly layers: readonly Layer[];
  readonly parameterCount: number;
  /** Values of every layer, overwritten by each row. */
  readonly values: readonly Float32Array[];
  /** Slopes of the error by those values, likewise. */
  readonly slopes: readonly Float32Array[];
}

export function networkOf(widths: readonly number[]): Network {
  const layers: Layer[] = [];
  let parameterCount = 0;
  for (const [index, inputs] of widths.slice(0, -1).entries()) {
    const outputs = widths[index + 1] as number;
    layers.push({ inputs, outputs, weightsAt: parameterCount, offsetsAt: parameterCount + inputs * outputs });
    parameterCount += (inputs + 1) * outputs;
  }
  const buffers = (): Float32Array[] => widths.map((width) => new Float32Array(width));
  return { widths, layers, parameterCount, values: buffers(), slopes: buffers() };
}

/** The network's reconstruction of a row; overwritten by the next call. */
export function reconstruct(
  { layers, values }: Network,
  parameters: Float32Array,
  row: ArrayLike<number>,
): Float32Array {
  (values[0] as Float32Array).set(row);
  for (const [index, layer] of layers.entries()) {
    const isLast = index === layers.length - 1;
    forward(layer, parameters, values[index] as Float32Array, values[index + 1] as Float32Array, isLast);
  }
  return values[layers.length] as Float32Array;
}

function forward(
  { inputs, outputs, weightsAt, offsetsAt }: Layer,
  parameters: Float32Array,
  from: Float32Array,
  to: Float32Array,
  isLinear: boolean,
): void {
  for (let output = 0; output < outputs; output += 1) {
    const weights = weightsAt + output * inputs;
    const sum = (parameters[offsetsAt + output] as number) + dot32(parameters, weights, from, 0, inputs);
    to[output] = isLinear || sum > 0 ? sum : 0;
  }
}

/** Adds the gradient of the squared error of reconstructing a row, halved, to `gradient`; returns the squared error. */
export function accumulateGradient(
  network: Network,
  parameters: Float32Array,
  row: ArrayLike<number>,
  gradient: Float32Array,
): number {
  const { layers, values, slopes } = network;
  const output = reconstruct(network, parameters, row);
  const errors = slopes[layers.length] as Float32Array;
  let squares = 0;
  for (let column = 0; column < output.length; column += 1) {
    const error = (output[column] as number) - (row[column] as number);
    errors[column] = error;
    squares += error * error;
  }
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const below = slopes[index] as Float32Array;
    backward(
      layers[index] as Layer,
      parameters,
      gradient,
      values[index] as Float32Array,
      slopes[index + 1] as Float32Array,
      below,
    );
  }
  return squares;
}

/** Back-propagation through one layer (Rumelhart, Hinton and Williams 1986). `from` is the layer's input, after relu. */
function backward(
  { inputs, outputs, weightsAt, offsetsAt }: Layer,
  parameters: Float32Array,
  gradient: Float32Array,
  from: Float32Array,
  slopes: Float32Array,
  below: Float32Array,
): void {
  below.fill(0);
  for (let output = 0; output < outputs; output += 1) {
    const slope = slopes[output] as number;
    if (slope === 0) continue;
    const weights = weightsAt + output * inputs;
    gradient[offsetsAt + output] = (gradient[offsetsAt + output] as number) + slope;
    for (let input = 0; input < inputs; input += 1) {
      gradient[weights + input] = (gradient[weights + input] as number) + slope * (from[input] as number);
      below[input] = (below[input] as number) + slope * (parameters[weights + input] as number);
    }
  }
  // Relu has no slope where its output is 0. The first layer's input had no relu, and its slope is not used.
  for (let input = 0; input < inputs; input += 1) if ((from[input] as number) <= 0) below[input] = 0;
}
