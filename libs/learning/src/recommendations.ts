import type { PlaybookPerformance } from '@cortex/contracts';

/** What a human should change, and why. Spec 9.2. */
export interface Recommendation {
  readonly issue: 'low_success_rate' | 'slow_execution' | 'high_false_positive_rate' | 'ineffective_playbook';
  /** `step 2`, or empty for the playbook as a whole. */
  readonly subject: string;
  readonly finding: string;
  readonly recommendation: string;
}

/** Fewer cases than this prove nothing. */
const fewest = 5;
/** Spec 9.2. */
const leastStepSuccess = 0.8;
const slowFactor = 1.5;
const mostFalsePositives = 0.2;
const leastPlaybookSuccess = 0.5;
/** A step that takes less is not worth a human's time. */
const shortestSlowMs = 1_000;
const opened = 'recommended';
const closed = 'no longer recommended';

/** Everything conspicuous in a playbook now. A step is slow when it recently takes 1.5 times its mean so far. */
export function recommendationsFor(performance: PlaybookPerformance): readonly Recommendation[] {
  const found: Recommendation[] = [];
  for (const [key, step] of Object.entries(performance.stepPerformance)) {
    if (step.executions < fewest) continue;
    const rate = step.successes / step.executions;
    const meanMs = step.totalDurationMs / step.executions;
    const subject = `step ${key}`;
    if (rate < leastStepSuccess) {
      const finding = `"${step.name}" succeeded in ${percent(rate)} of ${step.executions} executions`;
      const recommendation = 'Review and improve step implementation';
      found.push({ issue: 'low_success_rate', subject, finding, recommendation });
    }
    if (step.recentDurationMs > meanMs * slowFactor && step.recentDurationMs >= shortestSlowMs) {
      const finding = `"${step.name}" takes ${Math.round(step.recentDurationMs)} ms of late, ${Math.round(meanMs)} ms on average`;
      found.push({ issue: 'slow_execution', subject, finding, recommendation: 'Optimize or parallelize step' });
    }
  }
  const asked = performance.totalExecutions + performance.preconditionRefusals;
  if (asked >= fewest && performance.falsePositiveRate > mostFalsePositives) {
    const finding = `nothing was wrong in ${percent(performance.falsePositiveRate)} of ${asked} cases`;
    const recommendation = 'Add more specific pre-conditions';
    found.push({ issue: 'high_false_positive_rate', subject: '', finding, recommendation });
  }
  const verdicts = performance.effective + performance.ineffective + performance.uncertain;
  if (verdicts >= fewest && performance.successRate < leastPlaybookSuccess) {
    const finding = `verification confirmed ${percent(performance.successRate)} of ${verdicts} executions`;
    const recommendation = 'Review the trigger and the steps: what the playbook does does not cure what starts it';
    found.push({ issue: 'ineffective_playbook', subject: '', finding, recommendation });
  }
  return found;
}

/** Writes into the playbook's history which recommendations appeared or went away with the outcome of this time. */
export function noteRecommendations(performance: PlaybookPerformance, at: string): PlaybookPerformance {
  const now = new Set(recommendationsFor(performance).map(nameOf));
  const before = openIn(performance);
  const changes = [
    ...[...now].filter((name) => !before.has(name)).map((name) => `${opened}: ${name}`),
    ...[...before].filter((name) => !now.has(name)).map((name) => `${closed}: ${name}`),
  ];
  if (changes.length === 0) return performance;
  const optimizationHistory = [...performance.optimizationHistory, ...changes.map((change) => ({ at, change }))];
  return { ...performance, optimizationHistory: optimizationHistory.slice(-100) };
}

/** The recommendations that appeared with the outcome of this time; the same when called again after a crash. */
export function recommendationsOpenedAt(performance: PlaybookPerformance, at: string): readonly Recommendation[] {
  const names = new Set(
    performance.optimizationHistory
      .filter((entry) => entry.at === at && entry.change.startsWith(`${opened}: `))
      .map((entry) => entry.change.slice(opened.length + 2)),
  );
  return recommendationsFor(performance).filter((each) => names.has(nameOf(each)));
}

function openIn(performance: PlaybookPerformance): ReadonlySet<string> {
  const open = new Set<string>();
  for (const { change } of performance.optimizationHistory) {
    if (change.startsWith(`${opened}: `)) open.add(change.slice(opened.length + 2));
    else if (change.startsWith(`${closed}: `)) open.delete(change.slice(closed.length + 2));
  }
  return open;
}

function nameOf({ issue, subject }: Pick<Recommendation, 'issue' | 'subject'>): string {
  return subject === '' ? issue : `${issue} ${subject}`;
}

function percent(rate: number): string {
  return `${Math.round(rate * 100)} %`;
}
