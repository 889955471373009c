import type { Schedule } from './schedule.ts';

/** Nothing goes wrong, and nobody answers. */
export const quietSchedule: Schedule = {
  seed: 1,
  latencyMs: 2,
  troubles: [],
  crashes: [],
  freezes: [],
  effectFreezes: [],
  partitions: [],
  drains: [],
  serverCrashes: [],
  refusals: [],
  redeliveries: [],
  actionFaults: [],
  killSwitch: [],
  silences: [],
  spoiled: [],
  strays: [],
  intentFreezes: [],
  recurring: [],
  downAtStart: [],
  lostPages: [],
  people: {
    acknowledgeAfterMs: undefined,
    repairAfterMs: undefined,
    answer: 'silent',
    answerAfterMs: 0,
    closeAfterMs: undefined,
  },
};
