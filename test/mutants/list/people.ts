import type { Mutant } from '../mutant.ts';

const escalations = 'apps/escalator/src/escalations.ts';
const notifications = 'libs/escalation/src/notifications.ts';
const steps = 'libs/escalation/src/step-escalation.ts';

/** Whom Cortex calls. */
export const ofPeople: readonly Mutant[] = [
  {
    id: 'page-sent-before-recorded',
    file: escalations,
    find: 'orders = step.notify;',
    replace: 'for (const order of step.notify) this.#sendInBackground(incidentId, order);',
    breaks: 'A page goes out that no record knows of.',
  },
  {
    id: 'level-woken-for-what-is-over',
    file: steps,
    find: "status === 'waiting' && (kind === 'page' || !isTold(record));",
    replace: "status === 'waiting' && !isTold(record);",
    breaks: 'The second level is woken for what ended before it was due.',
  },
  {
    id: 'level-without-timer',
    file: escalations,
    find: 'await this.#keepTimer(incidentId, written);',
    replace: '',
    breaks: 'The next level is told late, by the second net alone.',
  },
  {
    id: 'silent-while-store-refuses',
    file: escalations,
    find: 'this.#takeWithoutStore(incidentId, input);',
    replace: '',
    breaks: 'While the store takes no writes, nobody is paged.',
  },
  {
    id: 'unhandled-request-untold',
    file: escalations,
    find: "if (input.kind === 'requested') this.#lastResort.tell(input.request);",
    replace: '',
    breaks: 'A request for humans that cannot be handled ends in a log line.',
  },
  {
    id: 'memory-waits-for-connection-loss',
    file: 'apps/escalator/src/sweep.ts',
    find: 'for (const key of bus.isConnected() ? unwritten : open.keys())',
    replace: 'for (const key of bus.isConnected() ? [] : open.keys())',
    breaks: 'What falls due in memory waits for a store that refuses writes.',
  },
  {
    id: 'unanswered-falls-silent',
    file: 'libs/escalation/src/repeat-chain.ts',
    find: 'if (isGrave(record)) return',
    replace: "if (isGrave(record) && record.status !== 'active') return",
    breaks: 'A SEV0 that nobody answers is told no more after a while.',
  },
  {
    id: 'answer-by-the-clock',
    file: steps,
    find: 'if (acknowledgeAfter !== undefined) return',
    replace: 'if (acknowledgeAfter === 0) return',
    breaks: 'The clock of the console decides whether an answer counts.',
  },
  {
    id: 'page-key-of-each-try',
    file: 'apps/escalator/src/adapters/page-sender.ts',
    find: 'dedupeKey: notification.key,',
    replace: 'dedupeKey: `${notification.key}.${notification.attempts}`,',
    breaks: 'A receiver cannot tell that a page is sent again.',
  },
  {
    id: 'page-given-up',
    file: notifications,
    find: 'if (outcome.retryable !== true) return',
    replace: 'if (outcome.retryable !== undefined) return',
    breaks: 'A page that does not get through at once is given up.',
  },
  {
    id: 'level-skipped-unacknowledged',
    file: notifications,
    find: "return record.status !== 'acknowledged' && record.status !== 'resolved';",
    replace: "return record.status !== 'acknowledged' && record.status !== 'active';",
    breaks: 'The next level is not told although nobody has answered.',
  },
  {
    id: 'request-taken-twice',
    file: steps,
    find: 'const requested = record?.applied.includes(input.event.id)',
    replace: "const requested = record?.applied.includes('')",
    breaks: 'A request that is delivered again pages people again.',
  },
  {
    id: 'lost-attempt-forgotten',
    file: steps,
    find: 'nextTryAt: later(now, settings.claimMs) };',
    replace: 'nextTryAt: later(now, 1e10) };',
    breaks: 'A page whose sender dies is never sent.',
  },
  {
    id: 'end-not-told',
    file: 'libs/escalation/src/to-be-told.ts',
    find: "if (record.status !== 'resolved') return [];",
    replace: 'if (record.requests.length > 0) return [];',
    breaks: 'Whoever was paged does not hear that it is over.',
  },
  {
    id: 'paged-for-each-reason',
    file: 'libs/escalation/src/take-request.ts',
    find: 'const isAskedNow = request.asks !== undefined && !record.asked.includes(request.asks);',
    replace: 'const isAskedNow = true;',
    breaks: 'People are paged again for each further reason of the same incident.',
  },
  {
    id: 'wrong-clock-not-told',
    file: 'apps/escalator/src/clock-health.ts',
    find: 'const isWrong = Math.abs(aheadMs) > maxSkewMs;',
    replace: 'const isWrong = aheadMs > maxSkewMs;',
    breaks: 'Nobody hears of a clock that is behind.',
  },
];
