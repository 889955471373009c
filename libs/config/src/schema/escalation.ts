import { formatDuration } from '@cortex/conditions';
import { IncidentSeverity, Name, pagingDefaults } from '@cortex/contracts';
import { z } from 'zod';
import { duration, positiveDurationOr, text } from './scalars.ts';

const nameOrNames = z
  .union([Name, z.array(Name).min(1)])
  .transform((names) => (typeof names === 'string' ? [names] : names));

/** Every key beside `type` and `params` is a parameter of the channel plugin. */
export const ChannelInput = z.strictObject({
  type: text.meta({ description: 'A channel plugin, such as webhook', examples: ['webhook'] }),
  params: z.record(z.string(), z.json()).optional(),
});

export const ContactInput = z.strictObject({ name: Name, channels: z.array(z.unknown()).min(1) });

/** Spec 5.3. */
const EscalationLevelInput = z.strictObject({
  level: z.number().int().positive(),
  delay: duration('5m', 'From the trigger, not from the level before').prefault('0s'),
  condition: z
    .enum(['always', 'not_acknowledged', 'not_resolved'])
    .optional()
    .meta({ description: 'Default: always without a delay, not_acknowledged with one' }),
  notify: nameOrNames,
  method: text.optional().meta({ description: 'Only these channels of the contacts', examples: ['email + slack'] }),
});

export const EscalationPolicyInput = z.strictObject({
  id: Name.optional(),
  name: text.max(4_000),
  applies_to: z.array(Name).min(1).optional().meta({ description: 'Services or kinds; without it, all that are left' }),
  severities: z.array(IncidentSeverity).min(1).optional(),
  escalation_chain: z.array(EscalationLevelInput).min(1),
});
export type EscalationPolicyInput = z.output<typeof EscalationPolicyInput>;

const { holdMs, reminder } = pagingDefaults;
/** When pages go out; beside contacts and policies. */
export const PagingInput = z
  .strictObject({
    hold: z
      .partialRecord(IncidentSeverity, duration('30s'))
      .prefault({})
      .meta({
        description: 'Nobody is paged for an incident that is over within this time, by its severity',
        examples: [Object.fromEntries(Object.entries(holdMs).map(([severity, ms]) => [severity, formatDuration(ms)]))],
      }),
    reminder: z
      .strictObject({
        first: positiveDurationOr(reminder.firstMs),
        every: positiveDurationOr(reminder.everyMs),
        acknowledged: positiveDurationOr(reminder.acknowledgedMs),
        times: z.number().int().nonnegative().prefault(reminder.times),
      })
      .prefault({})
      .meta({
        description:
          'What nobody acknowledges is told again: SEV0 and SEV1 until somebody does, SEV2 so many times; what is acknowledged and not over as well',
      }),
    fallback: Name.optional().meta({ description: 'The contact that is told what cannot be delivered to another' }),
  })
  .transform(({ hold: holds, reminder: { first, every, acknowledged, times }, fallback }) => ({
    holdMs: { ...holdMs, ...holds },
    reminder: { firstMs: first, everyMs: every, acknowledgedMs: acknowledged, times },
    ...(fallback === undefined ? {} : { fallback }),
  }));
