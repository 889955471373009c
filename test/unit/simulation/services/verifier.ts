import { remediationCompleted, targetKey, verificationCompleted, verificationStarted } from '@cortex/contracts';
import type { CortexEvent, EventDraft } from '@cortex/contracts';
import { beginVerification, outcomeKey, stepVerification } from '@cortex/verification';
import type { Observation, VerificationVerdict } from '@cortex/verification';
import { checks } from '../catalogue.ts';
import type { Process, Task } from '../process.ts';
import { request, sleepUntil } from '../process.ts';
import type { Site } from '../site.ts';

/** Mirrors apps/verifier: handlers/remediation-completed.ts and run-verification.ts. */
export function startVerifier(site: Site, process: Process): void {
  site.bus.consume(process, {
    group: 'verifier',
    type: remediationCompleted.type,
    handle: (event) => verify(site, process, event),
  });
}

function* verify(
  site: Site,
  process: Process,
  event: CortexEvent<'remediation.completed'>,
): Task<readonly EventDraft[]> {
  const { bus, clock } = site;
  const { executionId, incidentId, playbook, targets, outcome } = event.data;
  if (outcome !== 'succeeded') return [];
  const hasVerdict = yield* request(() =>
    bus.events(verificationCompleted.type).some(({ data }) => data.executionId === executionId),
  );
  if (hasVerdict) return [];
  const execution = { executionId, incidentId, playbookId: playbook.id, targets };
  const subject = { service: event.subject, incidentId };
  const startedAt = clock.now;
  yield* bus.publish(
    { type: verificationStarted.type, ...subject, data: { ...execution, startedAt } },
    event,
    process.name,
  );
  const { state, reason, recommendation, findings, recoveredAt } = yield* runVerification(site, event);
  const data = {
    ...execution,
    state,
    reason,
    recommendation,
    findings: [...findings],
    ...(recoveredAt === undefined ? {} : { recoveredAt }),
    completedAt: clock.now,
    durationMs: clock.nowMs - Date.parse(startedAt),
  };
  return [{ type: verificationCompleted.type, ...subject, data }];
}

function* runVerification(site: Site, event: CortexEvent<'remediation.completed'>): Task<VerificationVerdict> {
  const { clock, world, checked, mutation } = site;
  const { playbook, targets, startedAt, completedAt } = event.data;
  const keys = new Set(targets.map(targetKey));
  const own = checks.filter((check) => keys.has(targetKey(check.target)));
  const believesThePast = mutation === 'verifier believes what it saw before';
  const effectAt = believesThePast ? '2026-01-01T00:00:00.000Z' : completedAt;
  let state = beginVerification({ playbook, targets, checks: own, startedAt, effectAt }, clock.now);
  const outcomes = checked.filter((one) => keys.has(targetKey(one.target)) && one.observedAt <= startedAt).slice(-60);
  state = stepVerification(state, { kind: 'checks_before', outcomes }, clock.now).state;
  const samplesBefore = targets.map((target) => ({
    ...world.samples(target, Date.parse(startedAt) - 1_000),
    values: [believesThePast ? 0 : 95],
  }));
  state = stepVerification(state, { kind: 'samples', batches: samplesBefore }, clock.now).state;
  for (let observation: Observation = { kind: 'tick' }; ;) {
    const batches = targets.map((target) => world.samples(target, clock.nowMs));
    state = stepVerification(state, { kind: 'samples', batches }, clock.now).state;
    const step = stepVerification(state, observation, clock.now);
    state = step.state;
    observation = { kind: 'tick' };
    switch (step.wish.kind) {
      case 'verdict':
        return step.wish.verdict;
      case 'run_checks': {
        const wanted = new Set(step.wish.checks);
        const seen = yield* request(() => {
          const now = believesThePast ? new Date(Date.parse(startedAt) - 1).toISOString() : clock.now;
          const all = targets.flatMap((target) => world.check(target, now));
          return believesThePast ? all.map((one) => ({ ...one, passed: true })) : all;
        });
        observation = { kind: 'checks', outcomes: seen.filter((one) => wanted.has(outcomeKey(one))) };
        break;
      }
      default:
        yield* sleepUntil(step.wish.untilMs);
    }
  }
}
