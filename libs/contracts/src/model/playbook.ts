import { z } from 'zod';
import { BlastRadiusLevel } from './blast-radius.ts';
import { playbookDefaults, stepDefaults, verificationDefaults } from './defaults.ts';
import { HealthState } from './health.ts';
import { AnomalyDirection, AnomalyKind } from './anomaly-terms.ts';
import { DurationMs, JsonRecord, Name, Text, Title } from './scalars.ts';
import { AnomalySeverity } from './severity.ts';

/** What to do when a crash leaves it unknown whether an effect happened. */
export const OnAmbiguous = z.enum(['retry', 'probe', 'escalate']);
export type OnAmbiguous = z.infer<typeof OnAmbiguous>;

/** The risk of an action to its target, as the action declares it. Spec 4. */
export const RiskLevel = z.enum(['low', 'medium', 'high', 'critical']);
export type RiskLevel = z.infer<typeof RiskLevel>;

/** A condition in Cortex's language, compiled by `@cortex/conditions`: `disk_usage_percent > 85`. */
export const Condition = z.string().min(1).max(1_000);

/**
 * The variables of a trigger condition about a signal itself, beside metric names. Metrics are judged by the detector,
 * these by the decision service: `health_state == "UNHEALTHY" AND "process_running" in failing_check_types`.
 */
export const signalVariables = [
  'health_state',
  'failing_checks',
  'failing_check_types',
  'anomaly_metric',
  'anomaly_kind',
  'anomaly_severity',
  'anomaly_score',
  'anomaly_direction',
] as const;
export type SignalVariable = (typeof signalVariables)[number];

/** What each of them holds; `values` are all that there are, where that is known beforehand. */
export const signalVariableTypes: Readonly<
  Record<SignalVariable, { readonly type: 'text' | 'list' | 'number'; readonly values?: readonly string[] }>
> = {
  health_state: { type: 'text', values: HealthState.options },
  failing_checks: { type: 'list' },
  failing_check_types: { type: 'list' },
  anomaly_metric: { type: 'text' },
  anomaly_kind: { type: 'text', values: AnomalyKind.options },
  anomaly_severity: { type: 'text', values: AnomalySeverity.options },
  anomaly_score: { type: 'number' },
  anomaly_direction: { type: 'text', values: AnomalyDirection.options },
};

/** Spec 3.2. The decision service finds generic playbooks for a cause by these; others are used by their trigger alone. */
export const playbookCategories = [
  'infrastructure',
  'application',
  'kubernetes',
  'database',
  'network',
  'configuration',
] as const;

/** A named check that must hold before the first step; `params` overrides its defaults. Spec 3.1. */
export const Precondition = z.strictObject({ check: z.string().min(1), params: JsonRecord.default({}) });

/** One step: one action with its parameters. Spec 3.1. */
export const PlaybookStep = z.strictObject({
  step: z.number().int().positive(),
  name: Title,
  action: z.string().min(1),
  params: JsonRecord,
  timeoutMs: DurationMs,
  /** Further attempts after a failure that the action calls retryable. */
  retries: z.number().int().nonnegative().default(stepDefaults.retries),
  continueOnFailure: z.boolean().default(stepDefaults.continueOnFailure),
  onAmbiguous: OnAmbiguous.optional(),
  /** Of the action; absent where it was unknown when the configuration was read. */
  riskLevel: RiskLevel.optional(),
  /** Share of the resource that the step should free, in percent. */
  expectedRecovery: z.strictObject({ minPercent: z.number(), maxPercent: z.number() }).optional(),
});
export type PlaybookStep = z.infer<typeof PlaybookStep>;

/** How recovery is verified. Spec 3.1 and 8. */
export const VerificationPlan = z.strictObject({
  /** All must hold on samples taken after the effect. */
  conditions: z.array(Condition).default([]),
  /** Settling time before the first look. */
  waitMs: DurationMs.default(verificationDefaults.waitMs),
  /** Looks after the first one that failed. */
  retries: z.number().int().nonnegative().default(verificationDefaults.retries),
  immediateTimeoutMs: DurationMs.default(verificationDefaults.immediateTimeoutMs),
  /** Health checks of the target must all pass, without a break, for this long. 0 switches the phase off. */
  healthChecksMs: DurationMs.default(verificationDefaults.healthChecksMs),
  /** How long what triggered the playbook may take to be seen gone; absent for the default, so that the hash of an approved plan stays. */
  signalsMs: DurationMs.optional(),
  /** Metrics whose trend must not worsen over this long. */
  shortTerm: z
    .strictObject({ metrics: z.array(z.string()).default([]), durationMs: DurationMs, intervalMs: DurationMs })
    .default({ metrics: [], ...verificationDefaults.shortTerm }),
});
export type VerificationPlan = z.infer<typeof VerificationPlan>;

/** A remediation playbook, as loaded from the user's YAML. Every field of spec 3.1. */
export const Playbook = z.strictObject({
  id: Name,
  name: Title,
  version: z.string().min(1),
  category: Name,
  severity: AnomalySeverity,
  trigger: z.strictObject({ condition: Condition, durationMs: DurationMs.default(playbookDefaults.triggerDurationMs) }),
  /** Services that it may be used on; empty means every service that its trigger matches. */
  services: z.array(Name).default([]),
  environments: z.array(Name).default([]),
  preconditions: z.array(Precondition).default([]),
  steps: z.array(PlaybookStep).min(1),
  verification: VerificationPlan,
  rollback: z.strictObject({
    available: z.boolean(),
    reason: Text.optional(),
    steps: z.array(PlaybookStep).default([]),
  }),
  escalation: z.strictObject({
    onFailure: z.boolean().default(playbookDefaults.escalation.onFailure),
    notify: z.array(Name).default([]),
    createIncident: z.boolean().default(playbookDefaults.escalation.createIncident),
  }),
  safety: z.strictObject({
    /** How often this playbook may be tried again on one incident. */
    maxRetries: z.number().int().nonnegative().default(playbookDefaults.safety.maxRetries),
    requireApproval: z.boolean().default(playbookDefaults.safety.requireApproval),
    /** The widest blast radius at which it may be used. The spec's `single_host` reads as `single_instance`. */
    blastRadius: BlastRadiusLevel.default(playbookDefaults.safety.blastRadius),
    maintenanceWindowOnly: z.boolean().default(playbookDefaults.safety.maintenanceWindowOnly),
    /** Least time between two uses on one target. */
    cooldownMs: DurationMs.default(playbookDefaults.safety.cooldownMs),
  }),
  metadata: z
    .strictObject({
      lastUpdated: z.string().optional(),
      successRate: z.number().min(0).max(1).optional(),
      avgExecutionTimeMs: DurationMs.optional(),
      totalExecutions: z.number().int().nonnegative().optional(),
    })
    .default({}),
});
export type Playbook = z.infer<typeof Playbook>;
