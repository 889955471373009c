import { formatDuration } from '@cortex/conditions';
import {
  AnomalySeverity,
  BlastRadiusLevel,
  JsonRecord,
  Name,
  OnAmbiguous,
  Title,
  playbookDefaults,
  stepDefaults,
  verificationDefaults,
} from '@cortex/contracts';
import { z } from 'zod';
import { condition, duration, percentRange, positiveDurationOr, raise, text } from './scalars.ts';

/** The keys of a step that Cortex reads itself; every other key is a parameter of the action. Spec 3.1. */
export const StepInput = z.strictObject({
  step: z.number().int().positive(),
  name: Title,
  action: text.meta({ examples: ['restart_service'] }),
  expected_recovery: percentRange.optional(),
  timeout: positiveDurationOr(stepDefaults.timeoutMs),
  retries: z.number().int().nonnegative().prefault(stepDefaults.retries),
  continue_on_failure: z.boolean().prefault(stepDefaults.continueOnFailure),
  on_ambiguous: OnAmbiguous.optional().meta({
    description: 'What to do when a crash leaves it unknown whether the step took effect',
  }),
  params: JsonRecord.optional().meta({ description: 'Parameters whose names clash with the keys of a step' }),
});
export type StepInput = z.output<typeof StepInput>;

/** Every key beside `check` and `params` is a parameter of the check. */
export const PreconditionInput = z.strictObject({ check: text, params: JsonRecord.optional() });

const VerificationInput = z
  .strictObject({
    check: condition.optional(),
    checks: z.array(condition).min(1).optional(),
    wait_time: duration('2m').prefault(formatDuration(verificationDefaults.waitMs)),
    retry: z.number().int().nonnegative().prefault(verificationDefaults.retries),
    immediate_timeout: positiveDurationOr(verificationDefaults.immediateTimeoutMs),
    health_checks: z
      .strictObject({ duration: duration('2m', '0s switches this phase off') })
      .prefault({ duration: formatDuration(verificationDefaults.healthChecksMs) }),
    signals: z
      .strictObject({ timeout: positiveDurationOr(verificationDefaults.signalsMs) })
      .optional()
      .meta({ description: 'How long what triggered the playbook may take to be seen gone' }),
    short_term: z
      .strictObject({
        metrics: z.array(text).prefault([]),
        duration: duration('1m').prefault(formatDuration(verificationDefaults.shortTerm.durationMs)),
        interval: positiveDurationOr(verificationDefaults.shortTerm.intervalMs),
      })
      .prefault({}),
  })
  .transform((plan) => ({
    conditions: [...(plan.check === undefined ? [] : [plan.check]), ...(plan.checks ?? [])],
    waitMs: plan.wait_time,
    retries: plan.retry,
    immediateTimeoutMs: plan.immediate_timeout,
    healthChecksMs: plan.health_checks.duration,
    ...(plan.signals === undefined ? {} : { signalsMs: plan.signals.timeout }),
    shortTerm: {
      metrics: plan.short_term.metrics,
      durationMs: plan.short_term.duration,
      intervalMs: plan.short_term.interval,
    },
  }));

const EscalationInput = z
  .strictObject({
    on_failure: z.boolean().prefault(playbookDefaults.escalation.onFailure),
    notify: z.array(Name).prefault([]),
    create_incident: z.boolean().prefault(playbookDefaults.escalation.createIncident),
  })
  .transform(({ on_failure, notify, create_incident }) => ({
    onFailure: on_failure,
    notify,
    createIncident: create_incident,
  }));

const SafetyInput = z
  .strictObject({
    max_retries: z.number().int().nonnegative().prefault(playbookDefaults.safety.maxRetries),
    require_approval: z.boolean().prefault(playbookDefaults.safety.requireApproval),
    blast_radius: z
      .enum(['single_host', ...BlastRadiusLevel.options])
      .prefault(playbookDefaults.safety.blastRadius)
      .meta({ description: 'The widest blast radius that the playbook may be used at' }),
    maintenance_window_only: z.boolean().prefault(playbookDefaults.safety.maintenanceWindowOnly),
    cooldown: duration('10m').prefault(formatDuration(playbookDefaults.safety.cooldownMs)),
  })
  .transform((safety) => ({
    maxRetries: safety.max_retries,
    requireApproval: safety.require_approval,
    blastRadius: safety.blast_radius === 'single_host' ? ('single_instance' as const) : safety.blast_radius,
    maintenanceWindowOnly: safety.maintenance_window_only,
    cooldownMs: safety.cooldown,
  }));

const date = z
  .string()
  .meta({ examples: ['2025-12-01'] })
  .transform((value, context) =>
    Number.isNaN(Date.parse(value))
      ? raise(context, value, `"${value}" is not a date`, {
          problem: 'CORTEX_CONFIG_INVALID_VALUE',
          fix: 'write it in quotes: "2025-12-01"',
        })
      : value,
  );

const MetadataInput = z
  .strictObject({
    last_updated: date.optional(),
    success_rate: z.number().min(0).max(1).optional(),
    avg_execution_time: duration('12m').optional(),
    total_executions: z.number().int().nonnegative().optional(),
  })
  .transform((metadata) => ({
    lastUpdated: metadata.last_updated,
    successRate: metadata.success_rate,
    avgExecutionTimeMs: metadata.avg_execution_time,
    totalExecutions: metadata.total_executions,
  }));

/** A playbook file, with the lists of steps and preconditions still raw: their parameters belong to plugins. */
export const PlaybookInput = z.strictObject({
  playbook_id: Name,
  name: Title,
  version: text,
  category: Name,
  severity: AnomalySeverity,
  trigger: z.strictObject({
    condition,
    duration: duration('5m').prefault(formatDuration(playbookDefaults.triggerDurationMs)),
  }),
  services: z.array(Name).min(1).optional().meta({ description: 'Default: every service that the trigger matches' }),
  environments: z.array(Name).min(1).optional().meta({ description: 'Default: all' }),
  pre_conditions: z.array(z.unknown()).prefault([]),
  remediation_steps: z.array(z.unknown()).min(1),
  verification: VerificationInput.prefault({}),
  rollback: z
    .strictObject({
      available: z.boolean(),
      reason: z.string().max(4_000).optional(),
      steps: z.array(z.unknown()).min(1).optional(),
    })
    .prefault(playbookDefaults.rollback),
  escalation: EscalationInput.prefault({}),
  safety: SafetyInput.prefault({}),
  metadata: MetadataInput.prefault({}),
});
export type PlaybookInput = z.output<typeof PlaybookInput>;
