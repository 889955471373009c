import type { DecisionStep, Signal, SignalClass } from '@cortex/contracts';
import { type Work, activeSignals } from '../record/work.ts';
import { decisionStep } from './decision-step.ts';

/** Spec 6.1 step 1: what kind of trouble this is. Signals of several kinds are composite. */
export function classify(work: Work): DecisionStep {
  const active = activeSignals(work.incident);
  const signals = active.length > 0 ? active : work.incident.signals;
  const verdict = classOf(signals);
  const correlation = Math.max(0, ...signals.map((signal) => signal.correlation ?? 0));
  const inputs = {
    active: active.length,
    ...(correlation === 0 ? {} : { correlation }),
    signals: signals
      .slice(0, 10)
      .map((signal) => `${signal.target.instance ?? signal.target.service}: ${signal.summary}`.slice(0, 200)),
  };
  const company = correlation === 0 ? '' : '; other services went wrong at the same time';
  return decisionStep('classify', 'done', inputs, verdict, `${signals.length} signal(s), ${verdict}${company}`);
}

export function classOf(signals: readonly Signal[]): SignalClass {
  const [first = 'composite', ...others] = new Set(signals.map((signal) => signal.class));
  return others.length === 0 ? first : 'composite';
}
