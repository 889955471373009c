import { CheckTier, JsonRecord, Name } from '@cortex/contracts';
import { z } from 'zod';
import { positiveDuration, text } from './scalars.ts';

/** The keys of a check that Cortex reads itself; every other key is a parameter of the check plugin. */
export const CheckInput = z
  .strictObject({
    name: Name,
    type: text.meta({ description: 'A check plugin, such as http_endpoint', examples: ['http_endpoint'] }),
    tier: CheckTier.optional().meta({ description: 'Default: the tier of the check plugin' }),
    service: Name.optional().meta({ description: 'Checks every instance of the service' }),
    instance: Name.optional().meta({ description: 'Checks this instance only' }),
    interval: positiveDuration('5s').optional(),
    timeout: positiveDuration('100ms').optional(),
    retries: z.number().int().nonnegative().optional(),
    retry: z.number().int().nonnegative().optional().meta({ description: 'The same as retries, which goes before it' }),
    params: JsonRecord.optional().meta({ description: 'Parameters whose names clash with the keys of a check' }),
  })
  .meta({ description: 'Every other key is a parameter of the check plugin' });
export type CheckInput = z.output<typeof CheckInput>;

export const HealthInput = z
  .strictObject({
    recover_after: z.number().int().positive().prefault(2),
    flapping: z
      .strictObject({
        changes: z.number().int().positive().prefault(6),
        within: positiveDuration('1h').prefault('1h'),
      })
      .prefault({}),
  })
  .transform(({ recover_after, flapping }) => ({
    recoverAfter: recover_after,
    flapping: { changes: flapping.changes, withinMs: flapping.within },
  }));
