import type { SilenceList } from '@cortex/api';
import { absolute } from '../format.ts';

interface SilenceLineProps {
  readonly list: SilenceList;
  readonly now: number;
}

const maxShown = 3;

/** The active silences, so that it is clear why a target is not healed. */
export function SilenceLine({ list, now }: SilenceLineProps) {
  const active = list.silences.filter(
    ({ startsAt, endsAt }) => Date.parse(startsAt) <= now && now < Date.parse(endsAt),
  );
  if (active.length === 0 && list.unreadable.length === 0) return null;
  return (
    <div class="banner offline" data-testid="silences">
      {list.unreadable.length > 0 && <strong>A silence cannot be read, so nothing is remediated.</strong>}
      {active.length > 0 && <strong>Left alone:</strong>}
      {active.slice(0, maxShown).map(({ id, service, instance, check, endsAt, by, reason }) => (
        <span key={id}>
          {[service, instance, check].filter((name) => name !== undefined).join(' / ')} until {absolute(endsAt, now)} —{' '}
          {by}: {reason}
        </span>
      ))}
      {active.length > maxShown && <span>and {active.length - maxShown} more</span>}
    </div>
  );
}
