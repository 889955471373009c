import { isRecord } from './is-record.ts';
import type { Path } from './yaml-source.ts';

/** A text as the user wrote it, and its place. */
export interface WrittenText {
  readonly text: string;
  readonly path: Path;
}

/**
 * The texts, if not empty, at one place of what the user wrote, also where other keys beside them are wrong: so one mistake does not hide
 * another. A `*` stands for every entry of a list or a mapping; the paths begin with `base`.
 */
export function textsAt(raw: unknown, base: Path, place: Path): readonly WrittenText[] {
  const [first, ...rest] = place;
  if (first === undefined) return typeof raw === 'string' && raw !== '' ? [{ text: raw, path: base }] : [];
  return entriesOf(raw)
    .filter(([key]) => first === '*' || key === first)
    .flatMap(([key, value]) => textsAt(value, [...base, key], rest));
}

function entriesOf(raw: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(raw)) return raw.map((item: unknown, index) => [index, item] as const);
  return isRecord(raw) ? Object.entries(raw) : [];
}
