import {
  MachineLearning,
  SeriesLimits,
  type CortexConfiguration,
  type DetectionRule,
  type Playbook,
  type Service,
} from '@cortex/contracts';
import { behaviorMetric, behaviorRule } from './entities/behavior.ts';
import { compileHarm } from './harm/harm-policy.ts';
import type { SeriesIdentity } from './identity.ts';
import { compileMissingPolicy, type MissingPolicy, type Sender } from './missing/missing-policy.ts';
import { builtinRules, ruleFor } from './rule-for.ts';
import type { SeriesSettings } from './series/series.ts';
import { compileTriggers, triggersFor } from './series/threshold-trigger.ts';
import { unitKindOf } from './unit.ts';

/** The user's configuration, compiled once. */
export interface DetectionSettings {
  readonly limits: SeriesLimits;
  readonly machineLearning: MachineLearning;
  /** After so long an open anomaly is said again; never where it is not given. */
  readonly repeatMs: number;
  settingsFor(identity: SeriesIdentity): SeriesSettings;
  /** The meaning of a sender's silence; undefined for none. */
  missingPolicyFor(sender: Sender): MissingPolicy | undefined;
}

/** The parts of the configuration that detection needs beside rules and playbooks; a missing part is the default. */
export type DetectionDependencies = Partial<
  Pick<CortexConfiguration, 'seriesLimits' | 'machineLearning' | 'harm' | 'repeatAnomaliesMs'>
> & {
  /** The catalogue. */
  readonly services?: readonly Pick<Service, 'name' | 'instances'>[];
};

export function compileDetection(
  rules: readonly DetectionRule[],
  playbooks: readonly Pick<Playbook, 'id' | 'trigger' | 'severity' | 'services'>[],
  {
    seriesLimits,
    machineLearning,
    harm,
    services = [],
    repeatAnomaliesMs: repeatMs = Number.POSITIVE_INFINITY,
  }: DetectionDependencies = {},
): DetectionSettings {
  const triggers = compileTriggers(playbooks);
  const harmFor = compileHarm(harm, services);
  // One object for each rule: series of one rule share their algorithms.
  const behaviorRules = new Map([...rules, ...builtinRules].map((rule) => [rule, behaviorRule(rule)]));
  return {
    limits: seriesLimits ?? SeriesLimits.parse({}),
    machineLearning: machineLearning ?? MachineLearning.parse({}),
    repeatMs,
    settingsFor(identity) {
      const rule = ruleFor(rules, identity);
      return {
        rule: (identity.metric === behaviorMetric ? behaviorRules.get(rule) : undefined) ?? rule,
        triggers: triggersFor(triggers, identity),
        harm: harmFor(identity, unitKindOf(identity.metric, identity.unit)),
      };
    },
    missingPolicyFor: compileMissingPolicy(rules, services),
  };
}
