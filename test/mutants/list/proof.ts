import type { Mutant } from '../mutant.ts';

const judge = 'libs/verification/src/judge.ts';
const steps = 'libs/verification/src/step-verification.ts';
const handler = 'apps/verifier/src/handlers/remediation-completed.ts';

/** What is seen, proved and learned. */
export const ofProof: readonly Mutant[] = [
  {
    id: 'only-states-are-told',
    file: 'libs/health/src/step-health.ts',
    find: 'const isSeenOtherwise = namesOf(failing) !== namesOf(before.change?.failing ?? []);',
    replace: 'const isSeenOtherwise = false;',
    breaks: 'That another check of a target in trouble fails is never decided on.',
  },
  {
    id: 'samples-from-before',
    file: 'libs/verification/src/series.ts',
    find: 'if (timeMs > span.effectAtMs) {',
    replace: 'if (timeMs > span.startedAtMs) {',
    breaks: 'A sample from before the effect proves it.',
  },
  {
    id: 'checks-from-before',
    file: steps,
    find: 'if (!known.has(key) || seenAtMs <= progress.span.effectAtMs) continue;',
    replace: 'if (!known.has(key)) continue;',
    breaks: 'A check from before the effect proves it.',
  },
  {
    id: 'no-data-is-success',
    file: judge,
    find: 'if (silent.length > 0) {',
    replace: 'if (silent.length > assessments.length) {',
    breaks: 'What nobody saw counts as proved.',
  },
  {
    id: 'nothing-to-see-is-success',
    file: judge,
    find: 'if (assessments.length === 0) {',
    replace: 'if (assessments.length < 0) {',
    breaks: 'A playbook without any condition or check of its targets is always a success.',
  },
  {
    id: 'worse-is-no-failure',
    file: judge,
    find: 'if (worsened.length > 0) {',
    replace: 'if (worsened.length > assessments.length) {',
    breaks: 'What made things worse is not undone.',
  },
  {
    id: 'error-is-success',
    file: steps,
    find: "error: 'no_data' }",
    replace: "error: 'pass' }",
    breaks: 'A check that could not be made counts as passed.',
  },
  {
    id: 'streak-not-waited-for',
    file: steps,
    find: 'nowMs - streakSinceMs >= streakMs;',
    replace: 'nowMs - streakSinceMs >= 0;',
    breaks: 'One look that finds nothing wrong is a success, whatever comes after it.',
  },
  {
    id: 'verdict-twice',
    file: handler,
    find: 'if (await parts.history.hasVerdict(event.subject, executionId, completedAt)) return [];',
    replace: '',
    breaks: 'A remediation is judged again by what is seen long after it.',
  },
  {
    id: 'verdict-of-another',
    file: 'apps/verifier/src/adapters/recent-history.ts',
    find: 'found ||= event.data.executionId === executionId;',
    replace: 'found ||= event.data.executionId !== "";',
    breaks: 'A remediation is never judged when another one has been.',
  },
  {
    id: 'failed-remediation-verified',
    file: handler,
    find: "if (outcome !== 'succeeded') return [];",
    replace: "if (outcome === 'refused') return [];",
    breaks: 'A remediation that failed half-way may be called a success.',
  },
  {
    id: 'well-after-one-pass',
    file: 'libs/health/src/step-check.ts',
    find: "if (memory.status === 'failing' && passes < recoverAfter) return streak;",
    replace: '',
    breaks: 'A target that fails now and then counts as well after one passed check.',
  },
  {
    id: 'check-not-made-is-a-pass',
    file: 'libs/health/src/step-check.ts',
    find: 'switch (outcome.result) {',
    replace: "switch (outcome.result === 'error' ? 'pass' : outcome.result) {",
    breaks: 'A target counts as well because its check could not be made.',
  },
  {
    id: 'older-result-counts',
    file: 'libs/health/src/step-check.ts',
    find: 'if (outcome.observedAt < memory.lastAt) return memory;',
    replace: '',
    breaks: 'A result that comes late undoes what a newer one has told.',
  },
  {
    id: 'flapping-unseen',
    file: 'libs/health/src/flapping.ts',
    find: '!isQuiet : recentReturns.length > settings.returns;',
    replace: '!isQuiet : recentReturns.length > settings.returns + 1_000;',
    breaks: 'What goes up and down again and again is healed again and again.',
  },
  {
    id: 'health-not-announced-after-crash',
    file: 'apps/health-checker/src/adapters/health-store.ts',
    find: '...(announcement === undefined ? {} : { announcement }) };',
    replace: '};',
    breaks: 'A change of health whose checker dies before it could tell is never told.',
  },
  {
    id: 'learned-twice',
    file: 'libs/learning/src/playbook-performance.ts',
    find: 'if (isCounted(performance.counted, tag)) return performance;',
    replace: '',
    breaks: 'An outcome that is told twice counts twice.',
  },
  {
    id: 'audit-chain-not-followed',
    file: 'libs/audit/src/verify-chain.ts',
    find: 'else if (links !== undefined && !links.includes(record.previousHash)) {',
    replace: 'else if (links !== undefined && record.previousHash === undefined) {',
    breaks: 'A record of the audit trail may be replaced by another.',
  },
  {
    id: 'audit-payload-not-hashed',
    file: 'libs/audit/src/record.ts',
    find: 'return bytes.byteLength === record.size && sha256(bytes) === record.bytesHash;',
    replace: 'return bytes.byteLength === record.size;',
    breaks: 'A changed byte of an event in the audit trail is not found.',
  },
];
