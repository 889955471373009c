const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `12s`, `4m`, `3h`, `2d`: how long ago. */
export function age(at: string | undefined, now = Date.now()): string | undefined {
  return at === undefined ? undefined : span(Math.max(0, now - Date.parse(at)));
}

export function span(milliseconds: number): string {
  if (milliseconds < second) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < 2 * minute) return `${Math.round(milliseconds / second)}s`;
  if (milliseconds < 2 * hour) return `${Math.floor(milliseconds / minute)}m`;
  if (milliseconds < 2 * day) return `${Math.floor(milliseconds / hour)}h`;
  return `${Math.floor(milliseconds / day)}d`;
}

/** `awaiting_approval` is `awaiting approval`. */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}
