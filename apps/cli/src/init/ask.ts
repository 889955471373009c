import { createInterface } from 'node:readline/promises';

/** Asks on the terminal; Enter means yes. */
export async function askEach<Item>(
  items: readonly Item[],
  question: (item: Item) => string,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const wanted: Item[] = [];
  try {
    for (const item of items) {
      const answer = await lines.question(`${question(item)} [Y/n] `, { signal });
      if (!/^n/i.test(answer.trim())) wanted.push(item);
    }
    return wanted;
  } finally {
    lines.close();
  }
}
