import type { Scenario, OtherRow } from './scenario.ts';
import { answersThatMustNotCount, approversClock } from './scenarios/approvals.ts';
import { leaderKilled, quorumLost } from './scenarios/cluster.ts';
import { executorClock } from './scenarios/clocks.ts';
import { calendarTurns } from './scenarios/calendar.ts';
import { floodOfOutput, rollbackFails, stepHangs } from './scenarios/commands.ts';
import * as executor from './scenarios/executor-dies.ts';
import { inventoryHalves } from './scenarios/inventory.ts';
import { restartedWhileStopped, thrownDuringSteps } from './scenarios/kill-switch.ts';
import { burst, flapping, manyOfOneService, poisonEvents, rootFirst, storm } from './scenarios/many-at-once.ts';
import { natsFrozen } from './scenarios/nats-frozen.ts';
import { natsKilled, natsKilledAfterAcks } from './scenarios/nats-dies.ts';
import { receiverDown } from './scenarios/people.ts';
import { limitUnreadable, recordPoisoned } from './scenarios/records.ts';
import { rollingUpgrade } from './scenarios/rolling-upgrade.ts';
import { oldServer } from './scenarios/old-server.ts';
import { auditorDown, decisionKilled, servicesKilled } from './scenarios/services-die.ts';
import { storeDamaged, storeFull } from './scenarios/store.ts';
import { targetDies } from './scenarios/target-dies.ts';
import { executorCutOff, slowAndReset } from './scenarios/wire.ts';

/** The fault matrix, in the order of its numbers. */
export const scenarios: readonly Scenario[] = [
  executor.killedBeforeEffect,
  executor.killedAfterEffect,
  executor.killedAnywhere,
  executor.frozen,
  executor.twoExecutors,
  decisionKilled,
  servicesKilled,
  natsKilled,
  natsKilledAfterAcks,
  natsFrozen,
  leaderKilled,
  quorumLost,
  executorCutOff,
  slowAndReset,
  storeFull,
  storeDamaged,
  oldServer,
  executorClock,
  approversClock,
  calendarTurns,
  limitUnreadable,
  recordPoisoned,
  inventoryHalves,
  storm,
  flapping,
  manyOfOneService,
  rootFirst,
  stepHangs,
  floodOfOutput,
  rollbackFails,
  thrownDuringSteps,
  restartedWhileStopped,
  targetDies,
  receiverDown,
  poisonEvents,
  burst,
  auditorDown,
  answersThatMustNotCount,
  rollingUpgrade,
  executor.stalled,
];

/** The rows that are not run here. */
export const otherRows: readonly OtherRow[] = [
  {
    id: 'F23',
    title: 'the source of a metric is down, stale or frozen',
    because:
      'shown by apps/verifier/src/verifier.integration.test.ts and libs/verification/src/step-verification.property.test.ts',
  },
  { id: 'F32', title: 'a remediation makes it worse in the canary', because: 'waits for canary waves' },
  {
    id: 'F35',
    title: 'long queries are ended under 200 sessions',
    because: 'waits for the action kill_long_running_queries',
  },
  { id: 'F36', title: 'the primary of Postgres stands still', because: 'waits for the action promote_replica' },
  { id: 'F42', title: 'forged events under each identity', because: 'waits for an identity for each service' },
];
