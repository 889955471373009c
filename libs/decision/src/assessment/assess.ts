import type { Assessment, RootCause } from '../model/assessment.ts';
import type { Work } from '../record/work.ts';
import { riskInputs } from './blast-radius.ts';
import { classOf, relevantSignals } from './classify.ts';
import { rootServiceOf } from './dependency.ts';
import { judgeHarm } from './harm.ts';
import { findRootCause } from './root-cause.ts';
import { scoreSeverity } from './severity.ts';
import { silenceOf } from './silence.ts';

/** The assessment of this step, made when it is first asked for. */
export function assessmentOf(work: Work): Assessment {
  work.assessment ??= assess(work, rootCauseOf(work));
  return work.assessment;
}

export function rootCauseOf({ incident, facts, memory, now }: Work): RootCause {
  return findRootCause(incident, rootServiceOf(incident, facts, memory, now));
}

export function assess({ incident, facts, memory, now }: Work, rootCause: RootCause): Assessment {
  const signals = relevantSignals(incident.signals);
  const harm = judgeHarm(incident, facts, memory, now);
  return {
    signals,
    class: classOf(signals),
    correlation: Math.max(0, ...signals.map((signal) => signal.correlation ?? 0)),
    harm,
    score: scoreSeverity(incident, facts, memory.trend, harm, now),
    rootCause,
    risk: riskInputs(incident.affected, facts),
    silence: silenceOf(incident, facts, now),
  };
}
