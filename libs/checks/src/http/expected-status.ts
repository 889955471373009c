import { z } from 'zod';

const Status = z.number().int().min(100).max(599);
const StatusClass = z.enum(['1xx', '2xx', '3xx', '4xx', '5xx']);
const One = z.union([Status, StatusClass]);

/** `200`, `2xx`, or a list of such. */
export const ExpectedStatus = z
  .union([Status, StatusClass, z.array(One).min(1).max(50)])
  .describe('A status such as 200, a class such as `2xx`, or a list of them.');
export type ExpectedStatus = z.output<typeof ExpectedStatus>;

export function statusProblems(expected: ExpectedStatus, status: number): readonly string[] {
  const all = [expected].flat();
  const isExpected = all.some((one) =>
    typeof one === 'number' ? one === status : Number(one[0]) === Math.floor(status / 100),
  );
  return isExpected ? [] : [`answered ${status}, expected ${all.join(' or ')}`];
}
