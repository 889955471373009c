import { formatDuration } from '@cortex/conditions';
import { IncidentSeverity, Name, safetyDefaults, windowDefaults } from '@cortex/contracts';
import { z } from 'zod';
import { duration, positiveDurationOr, raise } from './scalars.ts';

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const timeOfDay = z
  .unknown()
  .meta({ type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', examples: ['22:00'] })
  .transform((value, context) =>
    typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)
      ? value
      : raise(context, value, `"${String(value)}" is not a time of day`, {
          problem: 'CORTEX_CONFIG_BAD_WINDOW',
          fix: 'write 24-hour time in quotes: "22:00"',
        }),
  );

const day = z
  .unknown()
  .meta({ type: 'string', enum: [...dayNames] })
  .transform((value, context) => {
    const index = dayNames.findIndex((name) => name === value);
    return index >= 0
      ? index + 1
      : raise(context, value, `"${String(value)}" is not a day`, {
          problem: 'CORTEX_CONFIG_BAD_WINDOW',
          fix: `use ${dayNames.join(', ')}`,
        });
  });

const timezone = z.string().transform((value, context) =>
  isTimezone(value)
    ? value
    : raise(context, value, `time zone "${value}" does not exist`, {
        problem: 'CORTEX_CONFIG_BAD_TIMEZONE',
        fix: 'use an IANA name such as Europe/Berlin or UTC',
      }),
);

const TimeWindowKeys = z.strictObject({
  name: Name,
  days: z
    .array(day)
    .min(1)
    .prefault([...dayNames]),
  from: timeOfDay,
  to: timeOfDay,
  timezone: timezone.prefault(windowDefaults.timezone),
});

const TimeWindowInput = TimeWindowKeys.transform(readWindow);

const MaintenanceWindowInput = TimeWindowKeys.extend({
  pause_checks: z.array(Name).prefault([]).meta({ description: 'Services whose health checks rest inside the window' }),
})
  .transform(readWindow)
  .transform(({ pause_checks, ...window }) => ({ ...window, pausesChecksOf: pause_checks }));

const cidr = z.union([z.cidrv4(), z.cidrv6()], 'must be a range like 10.0.0.0/8 or fd00::/8');
const ratio = z.number().gt(0).max(1);

const { tellWaitingMs } = safetyDefaults;

export const SafetyInput = z
  .strictObject({
    storm: z
      .strictObject({
        ratio: ratio
          .prefault(safetyDefaults.stormRatio)
          .meta({ description: 'Share of unhealthy services above which Cortex holds still' }),
        min_services: z.number().int().positive().prefault(safetyDefaults.stormMinServices),
        cooldown: positiveDurationOr(safetyDefaults.stormCooldownMs),
        one_page_from: z
          .number()
          .int()
          .min(2)
          .prefault(safetyDefaults.stormOnePageFrom)
          .meta({ description: 'So many services in trouble at once are one page, not many' }),
      })
      .prefault({}),
    start_rate: z
      .strictObject({
        per_service: z.number().int().positive().prefault(safetyDefaults.startRate.perService),
        per_cluster: z.number().int().positive().prefault(safetyDefaults.startRate.perCluster),
        total: z.number().int().positive().prefault(safetyDefaults.startRate.total),
      })
      .prefault({})
      .meta({ description: 'Remediations that may begin within a minute; what is more waits, the most severe first' }),
    freeze_windows: z.array(TimeWindowInput).prefault([]),
    maintenance_windows: z.array(MaintenanceWindowInput).prefault([]),
    approval_ttl: positiveDurationOr(safetyDefaults.approvalTtlMs),
    plan_ttl: positiveDurationOr(safetyDefaults.planTtlMs),
    max_clock_skew: positiveDurationOr(safetyDefaults.maxClockSkewMs),
    hold_retry: positiveDurationOr(safetyDefaults.holdRetryMs),
    tell_waiting_after: z
      .partialRecord(IncidentSeverity, duration('15m'))
      .prefault({})
      .meta({
        description: 'Humans are told of an incident that is held or refused for so long, by its severity',
        examples: [
          Object.fromEntries(Object.entries(tellWaitingMs).map(([severity, ms]) => [severity, formatDuration(ms)])),
        ],
      }),
    dependency_wait: positiveDurationOr(safetyDefaults.dependencyWaitMs),
    max_attempts: z.number().int().positive().prefault(safetyDefaults.maxAttempts),
    signal_max_age: positiveDurationOr(safetyDefaults.signalMaxAgeMs),
    monitoring: positiveDurationOr(safetyDefaults.monitoringMs),
    settling: positiveDurationOr(safetyDefaults.settlingMs),
    closed_rests: positiveDurationOr(safetyDefaults.closedRestsMs),
    breaker: z
      .strictObject({
        window: z.number().int().positive().prefault(safetyDefaults.breaker.window),
        failure_ratio: ratio.prefault(safetyDefaults.breaker.failureRatio),
        consecutive_failures: z.number().int().positive().prefault(safetyDefaults.breaker.consecutiveFailures),
        cooldown: positiveDurationOr(safetyDefaults.breaker.cooldownMs),
      })
      .prefault({}),
    protected_targets: z
      .array(z.strictObject({ service: Name, instance: Name.optional() }))
      .prefault([])
      .meta({ description: 'Targets that Cortex never acts on' }),
    outbound: z
      .strictObject({
        private_addresses: z.enum(['allow', 'forbid']).prefault(safetyDefaults.outbound.privateAddresses),
        allowed_ranges: z
          .array(cidr)
          .max(256)
          .prefault([])
          .meta({ description: 'Ranges that stay allowed when private addresses are forbidden' }),
      })
      .prefault({})
      .meta({ description: 'Where checks may connect to' }),
    dry_run: z.boolean().prefault(safetyDefaults.dryRun),
  })
  .transform((safety) => ({
    stormRatio: safety.storm.ratio,
    stormMinServices: safety.storm.min_services,
    stormCooldownMs: safety.storm.cooldown,
    stormOnePageFrom: safety.storm.one_page_from,
    startRate: {
      perService: safety.start_rate.per_service,
      perCluster: safety.start_rate.per_cluster,
      total: safety.start_rate.total,
    },
    freezeWindows: safety.freeze_windows,
    maintenanceWindows: safety.maintenance_windows,
    approvalTtlMs: safety.approval_ttl,
    planTtlMs: safety.plan_ttl,
    maxClockSkewMs: safety.max_clock_skew,
    holdRetryMs: safety.hold_retry,
    tellWaitingMs: { ...tellWaitingMs, ...safety.tell_waiting_after },
    dependencyWaitMs: safety.dependency_wait,
    maxAttempts: safety.max_attempts,
    signalMaxAgeMs: safety.signal_max_age,
    monitoringMs: safety.monitoring,
    settlingMs: safety.settling,
    closedRestsMs: safety.closed_rests,
    breaker: {
      window: safety.breaker.window,
      failureRatio: safety.breaker.failure_ratio,
      consecutiveFailures: safety.breaker.consecutive_failures,
      cooldownMs: safety.breaker.cooldown,
    },
    protectedTargets: safety.protected_targets,
    outbound: {
      privateAddresses: safety.outbound.private_addresses,
      allowedRanges: safety.outbound.allowed_ranges,
    },
    dryRun: safety.dry_run,
  }));
export type SafetyInput = z.output<typeof SafetyInput>;

function readWindow<Window extends z.output<typeof TimeWindowKeys>>(
  window: Window,
  context: z.RefinementCtx<Window>,
): Window {
  if (window.from !== window.to) {
    return { ...window, days: [...new Set(window.days)].toSorted((left, right) => left - right) };
  }
  return raise(
    context,
    window,
    'the window starts and ends at the same time',
    {
      problem: 'CORTEX_CONFIG_BAD_WINDOW',
      fix: 'make from and to differ; for a whole day write 00:00 to 23:59',
    },
    ['to'],
  );
}

function isTimezone(name: string): boolean {
  try {
    return name !== '' && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
