import { globMatches, type Harm, HarmSettings, type HarmLimit } from '@cortex/contracts';
import type { SeriesIdentity } from '../identity.ts';
import type { UnitKind } from '../unit.ts';
import type { HarmState } from './follow-harm.ts';
import { durationText, limitFor, type Limit } from './limit.ts';
import { specLimits } from './spec-limits.ts';

/** The harm of the anomalies of one series. */
export interface HarmPolicy {
  /** Undefined where no value of the series is harm by itself. */
  readonly limit: Limit | undefined;
  /** Of an anomaly that is not beyond the limit. */
  readonly otherwise: Harm;
}

/** What the user's configuration, and behind it spec 5.1, calls harm. */
export function compileHarm(
  settings: HarmSettings = HarmSettings.parse({}),
  services: readonly { readonly name: string }[] = [],
): (series: SeriesIdentity, unit: UnitKind) => HarmPolicy {
  const catalogue = new Set(services.map(({ name }) => name));
  const pagesUnnamed = settings.unnamed === 'page';
  return (series, unit) => {
    const own = settings.limits.find((limit) => matches(limit, series) && fits(limit, unit));
    const isNamed = catalogue.has(series.service) || own?.match.service === series.service;
    if (!isNamed && !pagesUnnamed) {
      return informs(`${series.service} is in no catalogue (services): what is found there informs`);
    }
    if (own?.isHarmless === true) return informs(`the configuration calls ${series.metric} harmless`);
    const ofSpec = specLimits.find(
      ({ limit, isAbout }) => matches(limit, series) && fits(limit, unit) && isAbout(series),
    )?.limit;
    const limit = own ?? ofSpec;
    if (limit !== undefined && !limit.isHarmless) {
      return { limit: limitFor(limit, unit), otherwise: { kind: 'none', reason: '' } };
    }
    if (pagesUnnamed) {
      const reason = 'detection.harm.unnamed says that what has no limit counts by how rare it is';
      return { limit: undefined, otherwise: { kind: 'unjudged', reason } };
    }
    return informs(`nobody has named a value of ${series.metric} that would be harm`);
  };
}

function informs(reason: string): HarmPolicy {
  return { limit: undefined, otherwise: { kind: 'none', reason } };
}

function matches({ match }: HarmLimit, { metric, service }: SeriesIdentity): boolean {
  return globMatches(match.metric, metric) && globMatches(match.service, service);
}

function fits(limit: HarmLimit, unit: UnitKind): boolean {
  return limit.isHarmless || limitFor(limit, unit) !== undefined;
}

/** What an anomaly means, with the reason for people. */
export function harmOf(
  { limit, otherwise }: HarmPolicy,
  { isHeld, run }: HarmState,
  triggerIds: readonly string[],
): Harm {
  const [trigger] = triggerIds;
  if (trigger !== undefined) return { kind: 'limit', reason: `the trigger of playbook ${trigger} holds` };
  if (limit === undefined) return otherwise;
  const lasting = durationText(limit.forMs);
  if (isHeld) return { kind: 'limit', reason: `it is ${limit.text}${lasting}` };
  const reason = run === undefined ? `it is not ${limit.text}` : `it is ${limit.text}, but not${lasting} yet`;
  return { kind: 'none', reason };
}
