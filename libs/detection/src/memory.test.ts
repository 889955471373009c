import { expect, test } from 'vitest';
import { Memory } from './memory.ts';

test('a new page has the initial values that its users wrote at their creation', () => {
  const memory = new Memory();
  const cell = memory.cell(7);
  const floats = memory.takeFloats(3);
  memory.floats.fill(0.5, floats, floats + 3);
  const [one, other] = [memory.newPage(), memory.newPage()];
  memory.open(one);
  cell.value = 8;
  memory.open(other);
  expect(cell.value).toBe(7);
  expect([...memory.floats.subarray(floats, floats + 3)]).toEqual([0.5, 0.5, 0.5]);
  memory.open(one);
  expect(cell.value).toBe(8);
  memory.clear(one);
  expect(cell.value).toBe(7);
  expect(one.bytes.length).toBe(memory.size);
});

test('allocations never overlap, whatever their kind, order and size', () => {
  const memory = new Memory();
  const takers = [
    () => memory.bytes.fill(1, memory.takeBytes(5)),
    () => memory.floats.fill(2, memory.takeFloats(3)),
    () => memory.numbers.fill(3, memory.takeNumbers(300)),
    () => memory.cell(4),
  ];
  const cells = Array.from({ length: 40 }, (_, index) => {
    const cell = memory.cell(index);
    takers[index % takers.length]?.();
    return cell;
  });
  memory.open(memory.newPage());
  expect(cells.map(({ value }) => value)).toEqual(cells.map((_, index) => index));
});
