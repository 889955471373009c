import type { Silence, Target } from '@cortex/contracts';

/** True from its start until it ends or is lifted. */
export function isSilenceActive({ startsAt, endsAt, lifted }: Silence, now: string): boolean {
  return lifted === undefined && startsAt <= now && now < endsAt;
}

/** Of the active silences that meet the condition, the one that lasts longest. */
export function findSilence(
  silences: Iterable<Silence>,
  now: string,
  covers: (silence: Silence) => boolean,
): Silence | undefined {
  let longest: Silence | undefined;
  for (const silence of silences) {
    if (!covers(silence) || !isSilenceActive(silence, now)) continue;
    if (longest === undefined || longest.endsAt < silence.endsAt) longest = silence;
  }
  return longest;
}

/** Whether the silence covers this target as a whole. One of a single check does not. */
export function silencesTarget(silence: Silence, { service, instance }: Target): boolean {
  return (
    silence.service === service &&
    silence.check === undefined &&
    (silence.instance === undefined || silence.instance === instance)
  );
}

/** Whether the silence suppresses this check of this target. */
export function silencesCheck(silence: Silence, { service, instance }: Target, check: string): boolean {
  return (
    silence.service === service &&
    (silence.instance === undefined || silence.instance === instance) &&
    (silence.check === undefined || silence.check === check)
  );
}
