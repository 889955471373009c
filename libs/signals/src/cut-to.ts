/**
 * The first characters of a text, as a copy: the result of a plain `slice` keeps the whole text, which may be a request
 * of megabytes, in memory for as long as the piece is kept.
 */
export function cutTo(length: number, text: string): string {
  return `${text.slice(0, length)} `.slice(0, -1);
}
