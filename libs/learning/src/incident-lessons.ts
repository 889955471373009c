import type { Incident, IncidentHistoryRecord } from '@cortex/contracts';

/** A lesson of one incident alone for a human. Spec 9.5, steps 3, 4 and 6. */
export interface IncidentLesson {
  readonly issue: 'slow_detection' | 'remediation_failed' | 'post_mortem_due';
  readonly finding: string;
  readonly recommendation: string;
}

/** Spec 10.1: the target of the mean time to detect. */
const detectionTargetMs = 5 * 60_000;

export function lessonsOf(incident: Incident, record: IncidentHistoryRecord): readonly IncidentLesson[] {
  const lessons: IncidentLesson[] = [];
  const { time_to_detect: detectMs } = record.detection;
  if (detectMs > detectionTargetMs) {
    const finding = `${incident.service}: noticed after ${Math.round(detectMs / 1_000)} s, the target is ${detectionTargetMs / 1_000} s`;
    const recommendation = `Tighten the detection of ${record.classification.category} trouble: shorter intervals or lower thresholds`;
    lessons.push({ issue: 'slow_detection', finding, recommendation });
  }
  if (record.remediation !== null && record.remediation.outcome !== 'success') {
    const finding = `${record.remediation.playbook_id} ended as ${record.remediation.outcome} on ${incident.service}`;
    const recommendation = 'Improve the playbook, or narrow its trigger so that it is not chosen for such trouble';
    lessons.push({ issue: 'remediation_failed', finding, recommendation });
  }
  if (incident.severity === 'SEV0' || incident.severity === 'SEV1') {
    const finding = `${incident.severity} on ${incident.service}: ${record.classification.root_cause}`;
    lessons.push({ issue: 'post_mortem_due', finding, recommendation: 'Hold a post-mortem and share what it taught' });
  }
  return lessons;
}
