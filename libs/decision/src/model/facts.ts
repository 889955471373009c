import type {
  BreakerRecord,
  CauseCategory,
  HealthRecord,
  IncidentSeverity,
  IncidentStatus,
  KillSwitch,
  Playbook,
  PlaybookPerformance,
  Reservation,
  SafetyPolicy,
  Service,
  Silence,
  Target,
  Waiting,
} from '@cortex/contracts';

/** Another service's open incident, as far as this decision needs it. */
export interface OpenIncident {
  readonly incidentId: string;
  readonly service: string;
  readonly status: IncidentStatus;
  readonly severity: IncidentSeverity;
  /** When its trouble began. */
  readonly startedAt?: string;
  /** False: none of its signals is active any more. */
  readonly isActive?: boolean;
  /** False: it only informs. */
  readonly isHarmful?: boolean;
  /** An anomaly tells of it, and users suffer. */
  readonly isAnomalous?: boolean;
  /** What holds it. */
  readonly waiting?: Pick<Waiting, 'for' | 'since' | 'until'>;
}

/** A remediation that counts for the limits on how many may begin within a minute. */
export interface Start {
  readonly executionId: string;
  readonly service: string;
  readonly clusters: readonly string[];
  /** When it counts no more, if it begins no later than it is known to. */
  readonly until: string;
}

/** One use of a playbook that ended, on any incident of the service. */
export interface PastUse {
  readonly playbookId: string;
  readonly targets: readonly Target[];
  readonly endedAt: string;
  readonly confirmed: boolean;
  /** The targets recovered, whether or not that lasted. */
  readonly recovered?: boolean;
  /** Nothing was done. */
  readonly isDryRun?: boolean;
}

/** An earlier incident of the same service. */
export interface PastIncident {
  readonly incidentId: string;
  readonly cause: CauseCategory;
  readonly openedAt: string;
  readonly uses: readonly PastUse[];
  readonly endedAt?: string;
  /** What was in trouble, see `troublesOf`. */
  readonly troubles?: readonly string[];
  /** The worst severity under which humans were called. */
  readonly told?: IncidentSeverity;
  /** When humans were told that this trouble comes back again and again. */
  readonly recurrenceToldAt?: string;
}

/** The world as the decision sees it: read once, before the step, and never during it. */
export interface Facts {
  /** The id that an incident opened by this input will bear; derived, so that a redelivery opens no second one. */
  readonly newIncidentId: string;
  readonly environment: string;
  readonly services: ReadonlyMap<string, Service>;
  /** How many health checks look at a target, by `targetKey`; none is not in here. */
  readonly checkedTargets: ReadonlyMap<string, number>;
  readonly playbooks: readonly Playbook[];
  readonly safety: SafetyPolicy;
  readonly performance: ReadonlyMap<string, PlaybookPerformance>;
  readonly breakers: ReadonlyMap<string, BreakerRecord>;
  /** Undefined: missing or unreadable, which counts as ON. */
  readonly killSwitch: KillSwitch | undefined;
  /** Those that can be read, also when they are over. */
  readonly silences: readonly Silence[];
  /** There may be others, which may hold anywhere. */
  readonly hasUnreadableSilence: boolean;
  /** By `targetKey`. */
  readonly health: ReadonlyMap<string, HealthRecord>;
  /** Keys of the leases held by anyone: `targetLeaseKey`. */
  readonly heldLeases: ReadonlySet<string>;
  /** What executions have taken out of service, by service; some of it may be over by its time. */
  readonly reservations: ReadonlyMap<string, readonly Reservation[]>;
  readonly openIncidents: readonly OpenIncident[];
  /** Also those that are over by now. */
  readonly starts: readonly Start[];
  /** Earlier incidents of the service, oldest first. */
  readonly history: readonly PastIncident[];
  /** When a storm was last seen, by this process or by any incident. */
  readonly lastStormAt: string | undefined;
  /** Anomalies whose clearing came in before their detection. */
  readonly clearedAnomalies: ReadonlySet<string>;
}
