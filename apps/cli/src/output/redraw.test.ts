import { expect, test } from 'vitest';
import { redraw } from './redraw.ts';

async function shown(rows: number | undefined, ...texts: readonly string[]): Promise<readonly string[]> {
  const stopped = new AbortController();
  const printed: string[] = [];
  const rest = [...texts];
  const screen = () => (rows === undefined ? undefined : { columns: 80, rows });
  await redraw({ print: (text) => void printed.push(text), screen, signal: stopped.signal }, 1, async () => {
    const text = rest.shift() ?? '';
    if (rest.length === 0) stopped.abort();
    return text;
  });
  return printed;
}

test('on a terminal each text takes the place of the last, until Ctrl-C', async () => {
  expect(await shown(10, 'one\ntwo', 'three')).toEqual([
    '\u001B[2J\u001B[H\u001B[Kone\n\u001B[Jtwo',
    '\u001B[H\u001B[Jthree',
  ]);
});

test('what does not fit is counted; the line below the text stays free', async () => {
  expect(await shown(4, 'a\nb\nc\nd')).toEqual(['\u001B[2J\u001B[H\u001B[Ka\n\u001B[Kb\n\u001B[J… 2 more lines']);
  expect(await shown(4, 'a\nb\nc')).toEqual(['\u001B[2J\u001B[H\u001B[Ka\n\u001B[Kb\n\u001B[Jc']);
});

test('elsewhere the texts follow each other, as they are', async () => {
  expect(await shown(undefined, 'one', 'two')).toEqual(['one', 'two']);
});
