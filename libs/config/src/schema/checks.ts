import { CheckTier, healthDefaults, JsonRecord, Name } from '@cortex/contracts';
import { z } from 'zod';
import { positiveDuration, positiveDurationOr, text } from './scalars.ts';

const sharedKeys = {
  service: Name.optional().meta({ description: 'Checks every instance of the service' }),
  instance: Name.optional().meta({ description: 'Checks this instance only' }),
  interval: positiveDuration('5s').optional(),
  timeout: positiveDuration('100ms').optional(),
  retries: z.number().int().nonnegative().optional(),
  retry: z.number().int().nonnegative().optional().meta({ description: 'The same as retries, which goes before it' }),
  params: JsonRecord.optional().meta({ description: 'Parameters whose names clash with the keys of a check' }),
};

/** The keys of a check that Cortex reads itself; every other key is a parameter of the check plugin. */
export const CheckInput = z
  .strictObject({
    name: Name,
    type: text.meta({ description: 'A check plugin, such as http_endpoint', examples: ['http_endpoint'] }),
    tier: CheckTier.optional().meta({ description: 'Default: the tier of the check plugin' }),
    ...sharedKeys,
  })
  .meta({ description: 'Every other key is a parameter of the check plugin' });
export type CheckInput = z.output<typeof CheckInput>;

/** A check as it stands in a group: its key is its name, the group its tier, so `name`, `type` and `tier` are free. */
export const GroupedCheckInput = z
  .strictObject({
    check: text.optional().meta({ description: 'The check plugin. Default: the key that this stands below' }),
    ...sharedKeys,
  })
  .meta({ description: 'Every other key is a parameter of the check plugin' });

/** Spec 2.1 to 2.3: the key of each group and its tier. */
export const tierOfGroup = {
  shallow_checks: 'shallow',
  deep_checks: 'deep',
  comprehensive_checks: 'comprehensive',
} as const satisfies Readonly<Record<string, CheckTier>>;

const CheckGroup = z
  .record(Name, GroupedCheckInput.loose())
  .optional()
  .meta({ description: 'Checks of this tier by name. A name that is a check plugin needs no more' });

/** The groups as editors know them; `resolve/written-checks.ts` reads them check by check. */
export const CheckGroups = {
  shallow_checks: CheckGroup,
  deep_checks: CheckGroup,
  comprehensive_checks: CheckGroup,
};

export const HealthInput = z
  .strictObject({
    recover_after: z.number().int().positive().prefault(healthDefaults.recoverAfter),
    flapping: z
      .strictObject({
        returns: z
          .number()
          .int()
          .positive()
          .prefault(healthDefaults.flapping.returns)
          .meta({ description: 'Trouble that comes back more often than this within the span freezes the target' }),
        within: positiveDurationOr(healthDefaults.flapping.withinMs),
      })
      .prefault({}),
  })
  .transform(({ recover_after, flapping }) => ({
    recoverAfter: recover_after,
    flapping: { returns: flapping.returns, withinMs: flapping.within },
  }));
