import type { Mutant } from '../mutant.ts';

const gates = 'libs/decision/src/gates';
const approval = `${gates}/approval.ts`;
const answers = 'libs/decision/src/lifecycle/on-approval.ts';
const safety = 'libs/decision/src/safety/check-safety.ts';
const targets = 'libs/decision/src/selection/targets.ts';
const breaker = 'libs/suppression/src/breaker.ts';
const silences = 'libs/suppression/src/silences.ts';
/** What a library promises is tested where it is used, too. */
const judgement = ['libs/decision/src/'];

/** Whether a machine may act. */
export const ofJudgement: readonly Mutant[] = [
  {
    id: 'event-taken-twice',
    file: 'libs/decision/src/step.ts',
    find: 'if (record?.applied.includes(input.id) === true) return',
    replace: "if (record?.applied.includes('') === true) return",
    breaks: 'An event that is delivered again moves its incident again.',
  },
  {
    id: 'gate-kill-switch-unknown',
    file: `${gates}/kill-switch.ts`,
    find: 'if (state === undefined)',
    replace: "if (state === undefined) return passes('kill_switch', '', {}); else if (state === undefined)",
    breaks: 'A kill switch that decision cannot read stops no plan.',
  },
  {
    id: 'gate-kill-switch-on',
    file: `${gates}/kill-switch.ts`,
    find: 'if (state.on)',
    replace: "if (state.by === '')",
    breaks: 'Plans are requested while the kill switch is on.',
  },
  {
    id: 'gate-silence-unreadable',
    file: `${gates}/silence.ts`,
    find: 'if (facts.silences === undefined)',
    replace: 'if (facts.silences === undefined && silence !== undefined)',
    breaks: 'Silences that decision cannot read stop no plan.',
  },
  {
    id: 'silence-rule',
    file: 'libs/decision/src/verdict/rules.ts',
    find: 'if (silence === undefined) return undefined;',
    replace: "if (silence?.id !== '') return undefined;",
    breaks: 'What people asked to be left alone is decided as anything else.',
  },
  {
    id: 'gate-storm',
    file: `${gates}/storm.ts`,
    find: 'if (isTooMany(unhealthy, total, facts.safety))',
    replace: 'if (isTooMany(unhealthy - total, total, facts.safety))',
    breaks: 'Cortex acts when so much fails at once that its own view is suspect.',
  },
  {
    id: 'gate-after-storm',
    file: `${gates}/storm.ts`,
    find: 'if (Date.parse(now) < Date.parse(until)) {',
    replace: 'if (Date.parse(now) < Date.parse(facts.lastStormAt)) {',
    breaks: 'Cortex acts the moment a storm seems over.',
  },
  {
    id: 'gate-minimum-healthy',
    file: `${gates}/minimum-healthy.ts`,
    find: 'if (remaining < least)',
    replace: 'if (remaining < 0)',
    breaks: 'The last healthy instance of a service is worked on.',
  },
  {
    id: 'gate-budget',
    file: `${gates}/budget.ts`,
    find: 'if (inUse >= plan.maxUnavailable)',
    replace: 'if (inUse > plan.maxUnavailable)',
    breaks: 'A plan is requested although as many instances as allowed are worked on.',
  },
  {
    id: 'gate-target-lock',
    file: `${gates}/target-lock.ts`,
    find: 'if (held.length > 0)',
    replace: 'if (held.length > plan.targets.length)',
    breaks: 'A plan is requested for a target that another execution holds.',
  },
  {
    id: 'gate-freeze',
    file: `${gates}/window.ts`,
    find: 'if (frozen !== undefined)',
    replace: "if (frozen?.name === '')",
    breaks: 'Cortex acts in a freeze window.',
  },
  {
    id: 'gate-maintenance-only',
    file: `${gates}/window.ts`,
    find: 'if (needed && maintenance === undefined) {',
    replace: 'if (needed && maintenance?.name === "") {',
    breaks: 'A playbook for maintenance windows runs outside of them.',
  },
  {
    id: 'gate-approval',
    file: approval,
    find: 'if (approvalReasons.length === 0) return passes(',
    replace: 'if (approvalReasons.length >= 0) return passes(',
    breaks: 'A plan that a human must agree to runs without.',
  },
  {
    id: 'approval-of-another-plan',
    file: approval,
    find: "answer?.status === 'granted' && answer.planHash === plan.planHash &&",
    replace: "answer?.status === 'granted' &&",
    breaks: 'What a human agreed to is taken for an agreement to another plan.',
  },
  {
    id: 'approval-for-ever',
    file: approval,
    find: 'Date.parse(now) < Date.parse(answer.expiresAt);',
    replace: 'Date.parse(now) > 0;',
    breaks: 'An agreement counts long after it has expired.',
  },
  {
    id: 'one-signature-suffices',
    file: approval,
    find: 'return isForSignOff(incidentLevel) || isForSignOff(plan.level) ? 2 : 1;',
    replace: 'return isForSignOff(incidentLevel) || isForSignOff(plan.level) ? 1 : 1;',
    breaks: 'What is wider than some services needs one human, not two.',
  },
  {
    id: 'answer-to-another-plan',
    file: answers,
    find: "if (approval.planHash !== answer.planHash) return 'other_plan';",
    replace: '',
    breaks: 'An answer counts although it names another plan than the question.',
  },
  {
    id: 'answer-too-late',
    file: answers,
    find: "if (Date.parse(work.now) >= Date.parse(approval.expiresAt)) return 'answer_too_late';",
    replace: '',
    breaks: 'An answer counts after the question has expired.',
  },
  {
    id: 'all-instances-at-once',
    file: targets,
    find: 'const chosen = single ? sorted.slice(0, 1) : sorted;',
    replace: 'const chosen = single ? sorted : sorted;',
    breaks: 'A playbook for one instance is used on all that are in trouble.',
  },
  {
    id: 'cooldown-ignored',
    file: safety,
    find: '.map((use) => addMs(use.endedAt, cooldownMs))',
    replace: '.map((use) => addMs(use.endedAt, 0 * cooldownMs))',
    breaks: 'A playbook is used on a target again at once.',
  },
  {
    id: 'open-breaker-passed',
    file: safety,
    find: "if (state?.state !== 'open') return",
    replace: 'if (state?.state !== undefined) return',
    breaks: 'A playbook whose breaker is open is used.',
  },
  {
    id: 'flapping-target-touched',
    file: safety,
    find: '?.flapping === true);',
    replace: '?.flapping === undefined);',
    breaks: 'A target whose state cannot be trusted is worked on.',
  },
  {
    id: 'protected-target-chosen',
    file: targets,
    find: "return 'protected: Cortex never acts on it';",
    replace: 'return undefined;',
    breaks: 'A plan is made for a protected target.',
  },
  {
    id: 'tried-for-ever',
    file: targets,
    find: 'if (tries.length > match.playbook.safety.maxRetries)',
    replace: 'if (tries.length > match.playbook.safety.maxRetries + 1_000)',
    breaks: 'A playbook that does not help is tried again and again.',
  },
  {
    id: 'attempts-unlimited',
    file: 'libs/decision/src/verdict/rules.ts',
    find: 'if (attempts < work.facts.safety.maxAttempts) return undefined;',
    replace: 'if (attempts < work.facts.safety.maxAttempts + 1_000) return undefined;',
    breaks: 'An incident goes from playbook to playbook, and no human is called.',
  },
  {
    id: 'hash-without-targets',
    file: 'libs/decision/src/selection/plan.ts',
    find: 'service: work.incident.service, targets: sortedTargets }))',
    replace: 'service: work.incident.service, targets: [] }))',
    breaks: 'An approval of a plan covers the same playbook on other targets.',
  },
  {
    id: 'breaker-counts-twice',
    file: breaker,
    find: 'if (before.outcomes.some((one) => one.executionId === outcome.executionId)) return before;',
    replace: '',
    breaks: 'One failure that is told three times opens the breaker.',
    tests: judgement,
  },
  {
    id: 'breaker-never-in-a-row',
    file: breaker,
    find: 'if (inARow >= policy.consecutiveFailures) return',
    replace: 'if (inARow >= policy.consecutiveFailures + 1_000) return',
    breaks: 'A playbook that fails each time goes on being used.',
    tests: judgement,
  },
  {
    id: 'breaker-not-latched',
    file: breaker,
    find: "if (before.state === 'open') return { ...before, outcomes };",
    replace: "if (effective) return { ...before, outcomes, state: 'closed' };",
    breaks: 'A breaker closes by itself.',
    tests: judgement,
  },
  {
    id: 'silence-not-yet-begun',
    file: silences,
    find: 'return lifted === undefined && startsAt <= now && now < endsAt;',
    replace: 'return lifted === undefined && startsAt < now && now < endsAt;',
    breaks: 'In its first moment a silence does not hold.',
    tests: judgement,
  },
];
