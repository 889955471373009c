import type { z } from 'zod';
import * as anomaly from './events/anomaly.ts';
import * as approval from './events/approval.ts';
import * as breaker from './events/breaker.ts';
import * as control from './events/control.ts';
import * as decision from './events/decision.ts';
import * as detection from './events/detection.ts';
import * as escalation from './events/escalation.ts';
import * as health from './events/health.ts';
import * as incident from './events/incident.ts';
import * as knowledge from './events/knowledge.ts';
import * as remediation from './events/remediation.ts';
import * as telemetry from './events/telemetry.ts';
import * as verification from './events/verification.ts';
import * as clockBuckets from './buckets/clock.ts';
import * as configurationBuckets from './buckets/configuration.ts';
import * as sightingBuckets from './buckets/metric-sightings.ts';
import * as controlBuckets from './buckets/control.ts';
import * as knowledgeBuckets from './buckets/knowledge.ts';
import * as quarantineBuckets from './buckets/quarantine.ts';
import * as silenceBuckets from './buckets/silence.ts';
import * as archiveBuckets from './buckets/archive.ts';
import * as stateBuckets from './buckets/state.ts';
import type { BucketDefinition } from './define-bucket.ts';
import type { AppName, EventDefinition } from './define-event.ts';

/** Every event of Cortex, in the order of the loop. */
export const eventDefinitions = [
  telemetry.telemetryMetrics,
  health.healthChecked,
  health.healthChanged,
  anomaly.anomalyDetected,
  anomaly.anomalyUpdated,
  anomaly.anomalyCleared,
  detection.detectionLimited,
  incident.incidentOpened,
  incident.incidentUpdated,
  incident.incidentAcknowledged,
  incident.incidentCloseRequested,
  incident.incidentResolved,
  decision.decisionMade,
  approval.approvalRequested,
  approval.approvalGranted,
  approval.approvalDenied,
  approval.approvalExpired,
  approval.approvalWithdrawn,
  remediation.remediationRequested,
  remediation.remediationStarted,
  remediation.remediationStepCompleted,
  remediation.remediationCompleted,
  remediation.remediationRollbackRequested,
  remediation.remediationRolledBack,
  verification.verificationStarted,
  verification.verificationCompleted,
  escalation.escalationRequested,
  escalation.escalationNotified,
  escalation.escalationAcknowledged,
  knowledge.playbookUpdated,
  knowledge.patternDiscovered,
  knowledge.recommendationIssued,
  knowledge.modelRetrained,
  knowledge.reportGenerated,
  breaker.breakerChanged,
  control.controlChanged,
  control.timerDue,
] as const satisfies readonly EventDefinition[];

/** Every bucket of Cortex. */
export const bucketDefinitions: readonly BucketDefinition[] = [
  controlBuckets.controlBucket,
  silenceBuckets.silenceBucket,
  controlBuckets.leaseBucket,
  controlBuckets.quickLeaseBucket,
  controlBuckets.reservationBucket,
  controlBuckets.startBucket,
  controlBuckets.shardBucket,
  controlBuckets.timerBucket,
  controlBuckets.breakerBucket,
  controlBuckets.unfreezeBucket,
  clockBuckets.clockBucket,
  configurationBuckets.reloadBucket,
  configurationBuckets.runningConfigurationBucket,
  sightingBuckets.metricSightingBucket,
  stateBuckets.incidentBucket,
  stateBuckets.openIncidentBucket,
  stateBuckets.healthBucket,
  stateBuckets.leftoverBucket,
  stateBuckets.detectorBucket,
  stateBuckets.journalBucket,
  stateBuckets.escalationBucket,
  archiveBuckets.incidentArchiveBucket,
  archiveBuckets.executionArchiveBucket,
  archiveBuckets.escalationArchiveBucket,
  knowledgeBuckets.incidentHistoryBucket,
  knowledgeBuckets.playbookPerformanceBucket,
  knowledgeBuckets.auditCheckpointBucket,
  quarantineBuckets.quarantineBucket,
];

type Definition = (typeof eventDefinitions)[number];
export type EventType = Definition['type'];
/** Types whose events are about a partition of the telemetry. */
export type PartitionEventType = Extract<Definition, { readonly about?: 'partition' }>['type'];
export type ServiceEventType = Exclude<EventType, PartitionEventType>;
/** Types of the events that a service consumes. */
export type ConsumedBy<App extends AppName> = {
  [Each in Definition as Each['type']]: App extends Each['consumers'][number] ? Each['type'] : never;
}[EventType];
// Looked up by name, not by a conditional type, so that a draft of one type is assignable where any draft is accepted.
type DataByType = { readonly [Each in Definition as Each['type']]: z.output<Each['data']> };
type InputByType = { readonly [Each in Definition as Each['type']]: z.input<Each['data']> };
/** The data of an event as a consumer gets it: defaults filled in. */
export type EventData<Type extends EventType> = DataByType[Type];
/** The data of an event as a producer may write it. */
export type EventInput<Type extends EventType> = InputByType[Type];

const byType = new Map<string, EventDefinition>(eventDefinitions.map((definition) => [definition.type, definition]));

/** The definitions of the events that a service consumes. */
export function consumedBy<App extends AppName>(app: App): readonly EventDefinition<ConsumedBy<App>>[] {
  const acts = ({ consumers }: EventDefinition): boolean => consumers.includes(app);
  return eventDefinitions.filter((definition): definition is Extract<Definition, { type: ConsumedBy<App> }> =>
    acts(definition),
  );
}

/** The definition of an event type, or undefined for a name that Cortex does not know. */
export function findEventDefinition(type: string): EventDefinition | undefined {
  return byType.get(type);
}
