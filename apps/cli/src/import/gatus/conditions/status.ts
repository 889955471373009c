import { optionsOf, patternOf } from './split-condition.ts';
import type { Operator, SplitCondition } from './split-condition.ts';

const first = 100;
const last = 599;
/** As many as `expected_status` takes. */
const mostItems = 50;

export type StatusTest = (status: number) => boolean;

/** Which statuses a condition on `[STATUS]` lets pass. `undefined`: not to be read as statuses. */
export function statusTest({ operator, right }: SplitCondition): StatusTest | undefined {
  const pattern = patternOf(right);
  if (pattern !== undefined) return patternTest(operator, pattern);
  const options = optionsOf(right);
  if (!options.every((option) => /^[1-9]\d{0,2}$/.test(option))) return undefined;
  const wanted = options.map(Number);
  const [bound = Number.NaN] = wanted;
  if (operator === '==') return (status) => wanted.includes(status);
  if (operator === '!=') return (status) => !wanted.includes(status);
  if (wanted.length > 1) return undefined;
  switch (operator) {
    case '<':
      return (status) => status < bound;
    case '<=':
      return (status) => status <= bound;
    case '>':
      return (status) => status > bound;
    case '>=':
      return (status) => status >= bound;
    default:
      return operator satisfies never;
  }
}

/** `pat(2*)`, `pat(20?)`: digits, then wild cards. */
function patternTest(operator: Operator, pattern: string): StatusTest | undefined {
  if (!/^\d{0,3}(?:\*|\?{0,3})$/.test(pattern)) return undefined;
  if (operator !== '==' && operator !== '!=') return undefined;
  const expected = new RegExp(`^${pattern.replace('*', '\\d*').replaceAll('?', '\\d')}$`);
  return (status) => expected.test(String(status)) === (operator === '==');
}

/** The statuses that pass all tests, as `expected_status` lists them; `undefined` when it cannot. */
export function expectedStatus(
  tests: readonly StatusTest[],
): number | string | readonly (number | string)[] | undefined {
  const allowed: number[] = [];
  for (let status = first; status <= last; status += 1) if (tests.every((test) => test(status))) allowed.push(status);
  const items: (number | string)[] = [];
  for (let hundreds = 1; hundreds <= 5; hundreds += 1) {
    const ofClass = allowed.filter((status) => Math.floor(status / 100) === hundreds);
    if (ofClass.length === 100) items.push(`${hundreds}xx`);
    else items.push(...ofClass);
  }
  if (items.length === 0 || items.length > mostItems) return undefined;
  return items.length === 1 ? items[0] : items;
}
