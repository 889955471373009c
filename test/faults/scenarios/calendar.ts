import { isInside } from '@cortex/suppression';
import { chanceOf, type Scenario } from '../scenario.ts';
import type { Violation } from '../invariants/invariants.ts';

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Chatham', 'UTC'];
const minutes = 20_000;
const twoYearsMs = 2 * 366 * 86_400_000;
const from = Date.parse('2027-06-01T00:00:00Z');

export const calendarTurns: Scenario = {
  id: 'F20',
  title: 'clocks are changed for summer, and February has 29 days',
  inject: '20,000 minutes of two years with a leap day, in windows of random zones, days and hours; the judge is Intl',
  invariants: ['INV-4'],
  isQuick: true,
  run(seed) {
    const chance = chanceOf(seed);
    const time = (): string => {
      const [hour, minute] = [chance.between(0, 24), chance.between(0, 60)].map((value) => String(Math.floor(value)));
      return `${hour?.padStart(2, '0')}:${minute?.padStart(2, '0')}`;
    };
    const days = [1, 2, 3, 4, 5, 6, 7].filter(() => chance.random() < 0.6);
    const window = {
      name: 'w',
      days: days.length === 0 ? [1] : days,
      from: time(),
      to: time(),
      timezone: chance.pick(zones),
    };
    const localTime = new Intl.DateTimeFormat('en-GB', {
      timeZone: window.timezone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const violations: Violation[] = [];
    for (let index = 0; index < minutes; index += 1) {
      const at = new Date(from + Math.floor(chance.random() * twoYearsMs));
      const expected = isExpected(window, localTime.formatToParts(at));
      if (isInside(window, at.toISOString()) === expected) continue;
      violations.push({
        invariant: 'INV-4',
        what: `${at.toISOString()} in ${JSON.stringify(window)}: not ${expected}`,
      });
    }
    return Promise.resolve({ violations });
  },
};

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** By the parts of the local time alone: no arithmetic with dates. */
function isExpected(
  { days, from: begins, to: ends }: { readonly days: readonly number[]; readonly from: string; readonly to: string },
  parts: readonly Intl.DateTimeFormatPart[],
): boolean {
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const now = `${part('hour')}:${part('minute')}`;
  const today = weekdays.indexOf(part('weekday')) + 1;
  const yesterday = today === 1 ? 7 : today - 1;
  if (begins < ends) return days.includes(today) && now >= begins && now < ends;
  return now >= begins ? days.includes(today) : now < ends && days.includes(yesterday);
}
