/** What a thrown value says of itself: anything can be thrown, and only an `Error` has a message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
