/** The defaults: the models and the user's configuration both use them. Times are in milliseconds. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const defaultEnvironment = 'production';

export const serviceDefaults = { critical: false, remediate: true } as const;

/** How the checks of a tier run. Spec 2.4. */
export const tierDefaults = {
  shallow: { intervalMs: 5 * second, timeoutMs: 100, retries: 3 },
  deep: { intervalMs: 30 * second, timeoutMs: 5 * second, retries: 2 },
  comprehensive: { intervalMs: 5 * minute, timeoutMs: 30 * second, retries: 0 },
} as const;

/** A target that dies every 40 s is healed each time; one that dies every few seconds is frozen after the eleventh return. */
export const healthDefaults = { recoverAfter: 2, flapping: { returns: 10, withinMs: 5 * minute } } as const;

/** Spec 1.3. */
export const rateOfChangeDefaults = {
  maxPercent: 30,
  withinMs: minute,
  direction: 'both',
  sustained: false,
} as const;

/** Spec 1.1 and 1.4. */
export const detectionDefaults = {
  enabled: true,
  direction: 'both',
  warmupSamples: 30,
  movingAverage: { window: 100, sigmas: 3 },
  ewma: { alpha: 0.2, deviations: 3 },
  openAbove: 0.5,
  openAfter: 2,
  clearAfter: 5,
} as const;

/** As often as health-checkers repeat a trouble that lasts. */
export const repeatAnomaliesMs = 10 * minute;

/** A limit of harm of the user's holds at once; rarity pages nobody. */
export const harmDefaults = { forMs: 0, unnamed: 'inform' } as const;

/** Spec 1.2. */
export const machineLearningDefaults = {
  enabled: true,
  features: [
    '*cpu*',
    '*memory*',
    '*disk*',
    '*network*',
    '*response*',
    '*latency*',
    '*duration*',
    '*error*',
    '*request*',
    '*queue*',
    '*connection*',
    '*',
  ],
  windowMs: 7 * day,
  retrainMs: day,
  isolationForest: { trees: 100, sampleSize: 256, contamination: 0.1 },
  autoencoder: true,
};

export const seriesLimitDefaults = { perPartition: 3_000, perService: 2_000 } as const;

export const stepDefaults = { timeoutMs: 5 * minute, retries: 0, continueOnFailure: false } as const;

/** Spec 8. */
export const verificationDefaults = {
  waitMs: 0,
  retries: 3,
  immediateTimeoutMs: 30 * second,
  healthChecksMs: 2 * minute,
  signalsMs: 2 * minute,
  shortTerm: { durationMs: minute, intervalMs: 10 * second },
} as const;

export const playbookDefaults = {
  triggerDurationMs: 0,
  rollback: { available: false },
  escalation: { onFailure: true, createIncident: true },
  safety: {
    maxRetries: 1,
    requireApproval: false,
    blastRadius: 'single_instance',
    maintenanceWindowOnly: false,
    cooldownMs: 0,
  },
} as const;

/** Spec 5.4 and 7. */
export const safetyDefaults = {
  stormRatio: 0.4,
  stormMinServices: 3,
  stormCooldownMs: 5 * minute,
  stormOnePageFrom: 10,
  startRate: { perService: 5, perCluster: 8, total: 10 },
  approvalTtlMs: 15 * minute,
  planTtlMs: 10 * minute,
  maxClockSkewMs: 5 * second,
  holdRetryMs: 30 * second,
  /** Within the response times of spec 5.1. */
  tellWaitingMs: { SEV0: 0, SEV1: 5 * minute, SEV2: 15 * minute, SEV3: 30 * minute },
  dependencyWaitMs: 10 * minute,
  maxAttempts: 3,
  signalMaxAgeMs: 15 * minute,
  monitoringMs: 5 * minute,
  settlingMs: minute,
  closedRestsMs: hour,
  breaker: { window: 10, failureRatio: 0.5, consecutiveFailures: 3, cooldownMs: hour },
  outbound: { privateAddresses: 'allow' },
  dryRun: false,
} as const;

export const windowDefaults = { timezone: 'UTC' } as const;

export const collectorDefaults = {
  /** The service of the machine's own metrics. */
  host: { service: 'host', intervalMs: 10 * second, disks: [{ path: '/' }] },
  labels: {
    service: ['service', 'service_name', 'app', 'job'],
    instance: ['instance_id', 'instance', 'pod'],
  },
  remoteWrite: { histogramBuckets: false },
  prometheus: { intervalMs: 15 * second },
  signals: {
    windowMs: 10 * second,
    silentAfterMs: 15 * minute,
    warmUpMs: 10 * minute,
    warmUpRecords: 1_000,
    templates: 500,
    templateSeries: 30,
    operations: 20,
  },
  otlp: { host: '127.0.0.1', port: 4318 },
  partitions: 4,
};

/** Spec 5.1: SEV0 at once; the others long enough for a restart to help. */
export const pagingDefaults = {
  holdMs: { SEV0: 0, SEV1: 30 * second, SEV2: minute, SEV3: 5 * minute },
  reminder: { firstMs: 15 * minute, everyMs: 4 * hour, acknowledgedMs: 8 * hour, times: 5 },
} as const;

export const consoleDefaults = { host: '127.0.0.1', port: 7780 } as const;
