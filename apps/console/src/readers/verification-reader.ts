import type { Bus } from '@cortex/bus';
import { verificationCompleted, type Incident } from '@cortex/contracts';
import type { VerificationView } from '@cortex/api';

const patienceMs = 5_000;

/** The findings of each verification of an incident, read back from the stream: the record itself keeps only verdicts. */
export async function readVerifications(bus: Bus, incident: Incident): Promise<readonly VerificationView[]> {
  if (!incident.attempts.some((attempt) => attempt.verification !== undefined)) return [];
  const found = new Map<string, VerificationView>();
  let finish: () => void = () => {};
  const caughtUp = new Promise<void>((resolve) => (finish = resolve));
  const giveUp = setTimeout(finish, patienceMs);
  const reading = await bus.read({
    event: verificationCompleted,
    service: incident.service,
    from: new Date(incident.openedAt),
    handle: ({ data }) => {
      if (data.incidentId !== incident.id) return;
      found.set(data.executionId, {
        executionId: data.executionId,
        playbookId: data.playbookId,
        state: data.state,
        reason: data.reason,
        recommendation: data.recommendation,
        findings: data.findings,
        ...(data.recoveredAt === undefined ? {} : { recoveredAt: data.recoveredAt }),
        completedAt: data.completedAt,
      });
    },
    onCaughtUp: finish,
  });
  try {
    await caughtUp;
  } finally {
    clearTimeout(giveUp);
    await reading.stop();
  }
  return [...found.values()].sort((left, right) => left.completedAt.localeCompare(right.completedAt));
}
