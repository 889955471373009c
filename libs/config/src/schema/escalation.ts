import { IncidentSeverity, Name } from '@cortex/contracts';
import { z } from 'zod';
import { duration, text } from './scalars.ts';

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
  applies_to: z.array(Name).optional().meta({ description: 'Services or kinds; without it, all that are left' }),
  severities: z.array(IncidentSeverity).min(1).optional(),
  escalation_chain: z.array(EscalationLevelInput).min(1),
});
export type EscalationPolicyInput = z.output<typeof EscalationPolicyInput>;
