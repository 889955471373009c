/**
 * Enough of an incident's id to tell it from others, and to type: the part that holds its milliseconds. Commands take
 * any prefix that is unique.
 */
export function shortId(incidentId: string): string {
  return incidentId.slice(0, 13);
}
