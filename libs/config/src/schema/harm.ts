import { QuantityError, parseDuration, parsePercentRange, parseSize } from '@cortex/conditions';
import { type Bound, harmDefaults } from '@cortex/contracts';
import { z } from 'zod';
import { duration, raise, text } from './scalars.ts';

/** `80%`, `250ms`, `2GiB`, or a number in the unit of the series itself. */
function bound(description: string) {
  return z
    .unknown()
    .meta({ type: ['string', 'number'], examples: ['80%', '250ms', 5000], description })
    .transform((value, context): Bound => {
      if (typeof value === 'number' && Number.isFinite(value)) return { value, unit: 'own' };
      const found = typeof value === 'string' ? readBound(value.trim()) : undefined;
      return (
        found ??
        raise(context, value, `${JSON.stringify(value)} is not a value to compare with`, {
          problem: 'CORTEX_CONFIG_INVALID_VALUE',
          fix: 'write a percentage (80%), a time (250ms), a size (2GiB), or a number in the unit of the metric (5000)',
        })
      );
    });
}

const readers: readonly (readonly [Bound['unit'], (value: string) => number | undefined])[] = [
  ['percent', readPercent],
  ['milliseconds', (value) => orUndefined(parseDuration, value)],
  ['bytes', (value) => orUndefined(parseSize, value)],
];

function readBound(written: string): Bound | undefined {
  for (const [unit, read] of readers) {
    const value = read(written);
    if (value !== undefined) return { value, unit };
  }
  return undefined;
}

function readPercent(written: string): number | undefined {
  const range = orUndefined(parsePercentRange, written);
  return range?.minPercent === range?.maxPercent ? range?.minPercent : undefined;
}

function orUndefined<Value>(read: (value: string) => Value, written: string): Value | undefined {
  try {
    return read(written);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

const HarmLimitInput = z
  .strictObject({
    match: z
      .strictObject({
        metric: text.optional().meta({ description: '* matches any run of characters', examples: ['queue_*'] }),
        service: text.optional(),
      })
      .prefault({}),
    harmless: z.boolean().optional().meta({ description: 'true: no value of these metrics is harm' }),
    above: bound('The value is greater').optional(),
    below: bound('The value is less').optional(),
    times_normal: z.number().gt(1).optional().meta({ description: 'The value is more than this times the normal one' }),
    share_of_normal: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .meta({ description: 'The value is less than this share of the normal one' }),
    normal_at_least: z
      .number()
      .positive()
      .optional()
      .meta({ description: 'Where the normal value is less, multiples and shares of it say nothing' }),
    for: duration('5m', 'How long without a break. Default: 0s, at once').prefault('0s'),
  })
  .transform((limit, context) => {
    const { above, below, times_normal: timesNormal, share_of_normal: shareOfNormal } = limit;
    const isLimited = [above, below, timesNormal, shareOfNormal].some((one) => one !== undefined);
    if (isLimited === (limit.harmless === true)) {
      return raise(
        context,
        limit,
        isLimited ? 'what is harmless has no limit' : 'this limit has no value from which on something is harm',
        {
          problem: 'CORTEX_CONFIG_INVALID_VALUE',
          fix: 'write above, below, times_normal or share_of_normal, or harmless: true alone',
        },
      );
    }
    return {
      match: limit.match,
      isHarmless: limit.harmless,
      above,
      below,
      timesNormal,
      shareOfNormal,
      normalAtLeast: limit.normal_at_least,
      forMs: limit.for,
    };
  });

/** What counts as harm to users. Spec 5.1. */
export const HarmInput = z.strictObject({
  limits: z.array(HarmLimitInput).optional(),
  unnamed: z.enum(['inform', 'page']).optional().meta({
    description:
      'Anomalies of services that are not in services, and of metrics without a limit: they inform, or they page by how rare they are',
    default: harmDefaults.unnamed,
  }),
});
