import { Name } from '@cortex/contracts';
import { z } from 'zod';
import { CheckGroups, CheckInput, HealthInput } from './checks.ts';
import { CollectorInput, ConsoleInput } from './collector.ts';
import { DetectionInput } from './detection.ts';
import { ChannelInput, ContactInput, EscalationPolicyInput, PagingInput } from './escalation.ts';
import { SafetyInput } from './safety.ts';
import { text } from './scalars.ts';
import { ServiceInput } from './services.ts';

const EscalationInput = z.strictObject({
  ...PagingInput.in.shape,
  contacts: z.array(ContactInput.extend({ channels: z.array(ChannelInput.loose()).min(1) })).optional(),
  policies: z.union([z.array(EscalationPolicyInput), z.record(z.string(), EscalationPolicyInput)]).optional(),
});

/** The whole file. Sections are read one by one, so that a mistake in one does not hide those in the others. */
export const ConfigurationInput = z.strictObject({
  version: z.literal(1),
  environment: Name.optional().meta({ description: 'Default: production' }),
  plugins: z
    .array(text)
    .optional()
    .meta({ description: 'Folders with your own actions, checks and channels, relative to this file' }),
  playbooks: z
    .array(text)
    .optional()
    .meta({
      description: 'Playbook files, relative to this file; * matches within one folder',
      examples: [['./playbooks/*.yaml']],
    }),
  services: z.array(ServiceInput.extend(CheckGroups)).optional(),
  checks: z.array(CheckInput.loose()).optional(),
  ...CheckGroups,
  health: HealthInput.optional(),
  detection: DetectionInput.optional(),
  safety: SafetyInput.optional(),
  escalation: EscalationInput.optional(),
  collector: CollectorInput.optional(),
  console: ConsoleInput.optional(),
});
