/** A line without what changes by itself: ages and other spans, and the width of columns. */
function lastingPart(line: string): string {
  return line
    .replaceAll(/(?<=^|[\s(])\d+(?:\.\d+)? ?(?:ms|s|m|h|d)\b/g, '~')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The cells of a row, as `table` sets them apart. */
function cellsOf(line: string): readonly string[] {
  return line.trim().split(/ {2,}/);
}

function isRow(line: string): boolean {
  return cellsOf(line).length > 1 && line !== line.toUpperCase();
}

/** Rows with the same first cell; where several have it, the second says which. */
function isSameThing(left: string, right: string, unique: ReadonlySet<string>): boolean {
  const [ownFirst = '', ownSecond] = cellsOf(left);
  const [otherFirst, otherSecond] = cellsOf(right);
  return ownFirst === otherFirst && (unique.has(ownFirst) || ownSecond === otherSecond);
}

/**
 * What differs between two looks at the same list, a line each: the new form of what came or changed, and `gone:` before
 * what is no longer there. Nothing when only time has passed.
 */
export function changedLines(before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const known = new Set(old.map(lastingPart));
  const still = new Set(now.map(lastingPart));
  const come = now.filter((line) => line.trim() !== '' && !known.has(lastingPart(line)));
  const left = old.filter((line) => isRow(line) && !still.has(lastingPart(line)));
  const unique = uniqueFirstCells([old, now]);
  const gone = left.filter((line) => !come.some((other) => isSameThing(line, other, unique)));
  return [...come, ...gone.map((line) => `gone: ${line}`)];
}

/** First cells that no two lines of one look share: they name the row by themselves. */
function uniqueFirstCells(looks: readonly (readonly string[])[]): ReadonlySet<string> {
  const shared = new Set<string>();
  const all = new Set<string>();
  for (const lines of looks) {
    const seen = new Set<string>();
    for (const line of lines) {
      const [first = ''] = cellsOf(line);
      if (seen.has(first)) shared.add(first);
      seen.add(first);
      all.add(first);
    }
  }
  return new Set([...all].filter((cell) => !shared.has(cell)));
}
