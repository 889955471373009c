const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `4 s`, `12 min`, `3 h 05 min`, `2 d`: short, and no more precise than useful. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < second) return `${Math.round(ms)} ms`;
  if (ms < 10 * second) return `${(ms / second).toFixed(1)} s`;
  if (ms < 2 * minute) return `${Math.round(ms / second)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < day) return `${Math.floor(ms / hour)} h ${String(Math.floor((ms % hour) / minute)).padStart(2, '0')} min`;
  return `${Math.floor(ms / day)} d`;
}

/** `just now`, `12 s ago`, `in 3 min`. */
export function relative(at: string, nowMs: number): string {
  const difference = nowMs - Date.parse(at);
  if (Math.abs(difference) < 2 * second) return 'just now';
  const whole = duration(Math.floor(Math.abs(difference) / second) * second).replace('.0 s', ' s');
  return difference > 0 ? `${whole} ago` : `in ${whole}`;
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

/** The time of day, with the date in front when it is another day. */
export function absolute(at: string, nowMs: number): string {
  const time = new Date(at);
  return time.toDateString() === new Date(nowMs).toDateString() ? clock.format(time) : dayAndClock.format(time);
}

/** Timestamps inside a sentence, in the local time zone. */
export function withLocalTimes(text: string, nowMs: number): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (at) => absolute(at, nowMs));
}

/** `awaiting_approval` is `awaiting approval`. */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
