import type { Bucket } from '@cortex/bus';
import { draft, escapeToken, playbookUpdated, recommendationIssued } from '@cortex/contracts';
import type { EventDraft, Incident, IncidentHistoryRecord, PlaybookPerformance } from '@cortex/contracts';
import {
  historyRecordOf,
  learnOutcome,
  lessonsOf,
  playbookOf,
  recommendationsOpenedAt,
  saysSomething,
} from '@cortex/learning';
import type { Outcome, UsersOf } from '@cortex/learning';

export interface Knowledge {
  /**
   * Counts the outcome once and returns the changes in the knowledge of its playbook; the same drafts for the same
   * outcome.
   */
  learn(outcome: Outcome, service: string): Promise<readonly EventDraft[]>;
  /** Stores the incident's record and returns its own lessons. */
  keep(incident: Incident): Promise<readonly EventDraft[]>;
}

export function openKnowledge(
  history: Bucket<IncidentHistoryRecord>,
  performances: Bucket<PlaybookPerformance>,
  usersOf: UsersOf,
): Knowledge {
  return {
    async learn(outcome, service) {
      if (!saysSomething(outcome)) return [];
      const entry = await performances.modify(escapeToken(playbookOf(outcome)), (current) => {
        const learned = learnOutcome(current, outcome);
        return learned === current ? undefined : learned;
      });
      return entry === undefined ? [] : draftsOf(entry.value, outcome.at, service);
    },

    async keep(incident) {
      const record = historyRecordOf(incident, usersOf);
      if (record === undefined) return [];
      await history.modify(incident.id, (current) => merge(current, record));
      return lessonsOf(incident, record).map((lesson) =>
        draft(recommendationIssued, {
          service: incident.service,
          incidentId: incident.id,
          key: lesson.issue,
          data: {
            about: incident.id,
            issue: `${lesson.issue}: ${lesson.finding}`.slice(0, 4_000),
            recommendation: lesson.recommendation,
            issuedAt: incident.resolution?.at ?? incident.updatedAt,
          },
        }),
      );
    },
  };
}

/** Fields that a human added to the record stay. */
function merge(current: IncidentHistoryRecord | undefined, record: IncidentHistoryRecord): IncidentHistoryRecord {
  const isWritten = current?.metadata.post_mortem_created ?? false;
  return { ...record, metadata: { ...record.metadata, post_mortem_created: isWritten } };
}

function draftsOf(performance: PlaybookPerformance, at: string, service: string): readonly EventDraft[] {
  const { playbookId } = performance;
  const updated = draft(playbookUpdated, { service, key: `${playbookId} ${at}`, data: { performance } });
  const issued = recommendationsOpenedAt(performance, at).map((each) =>
    draft(recommendationIssued, {
      service,
      key: `${playbookId} ${each.issue} ${each.subject}`,
      data: {
        about: playbookId,
        issue: `${each.issue}${each.subject === '' ? '' : ` of ${each.subject}`}: ${each.finding}`,
        recommendation: each.recommendation,
        issuedAt: at,
      },
    }),
  );
  return [updated, ...issued];
}
