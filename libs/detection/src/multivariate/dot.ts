/**
 * The sum of products of `count` numbers from the given places on. Four sums at a time: a processor adds four numbers as fast
 * as one, if none waits for the sum before.
 */
export function dot64(
  left: Float64Array,
  leftAt: number,
  right: ArrayLike<number>,
  rightAt: number,
  count: number,
): number {
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  let index = 0;
  for (; index + 4 <= count; index += 4) {
    one += (left[leftAt + index] as number) * (right[rightAt + index] as number);
    two += (left[leftAt + index + 1] as number) * (right[rightAt + index + 1] as number);
    three += (left[leftAt + index + 2] as number) * (right[rightAt + index + 2] as number);
    four += (left[leftAt + index + 3] as number) * (right[rightAt + index + 3] as number);
  }
  for (; index < count; index += 1) one += (left[leftAt + index] as number) * (right[rightAt + index] as number);
  return one + two + (three + four);
}

/** As {@link dot64}; apart from it, so that the compiled code of either knows one kind of array. */
export function dot32(left: Float32Array, leftAt: number, right: Float32Array, rightAt: number, count: number): number {
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  let index = 0;
  for (; index + 4 <= count; index += 4) {
    one += (left[leftAt + index] as number) * (right[rightAt + index] as number);
    two += (left[leftAt + index + 1] as number) * (right[rightAt + index + 1] as number);
    three += (left[leftAt + index + 2] as number) * (right[rightAt + index + 2] as number);
    four += (left[leftAt + index + 3] as number) * (right[rightAt + index + 3] as number);
  }
  for (; index < count; index += 1) one += (left[leftAt + index] as number) * (right[rightAt + index] as number);
  return one + two + (three + four);
}
