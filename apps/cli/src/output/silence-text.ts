import type { Silence } from '@cortex/contracts';

type Scope = Pick<Silence, 'service' | 'instance' | 'check'>;

/** What is left alone: `shop`, `shop/shop-1`, `check signup of shop`. */
export function silencedText({ service, instance, check }: Scope): string {
  const target = instance === undefined ? service : `${service}/${instance}`;
  return check === undefined ? target : `check ${check} of ${target}`;
}

/** To the minute, in UTC: `2026-03-06T18:00Z`. */
export function untilText({ endsAt }: Pick<Silence, 'endsAt'>): string {
  return `until ${endsAt.slice(0, 'yyyy-mm-ddThh:mm'.length)}Z`;
}
