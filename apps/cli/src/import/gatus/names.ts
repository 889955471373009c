const longest = 110;

/** A valid name, as near to the wanted one as possible. */
export function nameFrom(wanted: string): string {
  const name = wanted
    .replaceAll(/[^\p{L}\p{N}._:/ -]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, longest)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
  return name === '' ? 'unnamed' : name;
}

/** Gives each name once: a repeated one gets a number. */
export function createNames(): (wanted: string) => string {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return (wanted) => {
    const base = nameFrom(wanted);
    let count = counts.get(base) ?? 0;
    let name: string;
    do {
      count += 1;
      name = count === 1 ? base : `${base}-${count}`;
    } while (taken.has(name));
    counts.set(base, count);
    taken.add(name);
    return name;
  };
}
