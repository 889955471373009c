import type { SilenceForm } from '@cortex/api';
import { longestSilenceMs, type CortexConfiguration, type Silence } from '@cortex/contracts';
import { createHash } from 'node:crypto';
import { ApiProblem, notFound } from './problems.ts';

/** The same request has the same id, so that a repeated request sets no second silence. */
export function silenceOf({ startsAt, endsAt, ...wish }: SilenceForm, now: Date): Silence {
  const { service, instance, check, by, reason } = wish;
  const text = JSON.stringify([service, instance, check, startsAt, endsAt, by, reason]);
  const silence = {
    ...wish,
    id: createHash('sha256').update(text).digest('hex').slice(0, 12),
    startsAt: startsAt === undefined ? now.toISOString() : new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    createdAt: now.toISOString(),
  };
  assertTimes(silence, now);
  return silence;
}

function assertTimes({ startsAt, endsAt }: Silence, now: Date): void {
  const latest = new Date(now.getTime() + longestSilenceMs).toISOString();
  const refuse = (cause: string): ApiProblem =>
    new ApiProblem(
      'CORTEX_SILENCE_BAD_TIME',
      `endsAt: a silence may not end at ${endsAt}`,
      cause,
      `name a moment after ${startsAt} and up to ${latest}; set it again when it is needed for longer`,
    );
  if (endsAt <= now.toISOString()) throw refuse('that is over');
  if (endsAt <= startsAt) throw refuse(`it would begin at ${startsAt}`);
  if (endsAt > latest) throw refuse('a silence ends within 30 days, so that none is forgotten');
}

/** An unknown name would do nothing, while its author believes that it does. */
export function assertKnown(
  config: CortexConfiguration,
  { service, instance, check }: Pick<SilenceForm, 'service' | 'instance' | 'check'>,
): void {
  const known = config.services.find(({ name }) => name === service);
  if (known === undefined)
    throw notFound('service', service, `service: ${oneOf(config.services.map(({ name }) => name))}`);
  const instances = known.instances.map(({ id }) => id);
  if (instance !== undefined && !instances.includes(instance))
    throw notFound(`instance of ${service}`, instance, `instance: ${oneOf(instances)}`);
  const checks = config.checks.filter(
    ({ target }) => target.service === service && (instance === undefined || target.instance === instance),
  );
  const names = [...new Set(checks.map(({ name }) => name))];
  if (check !== undefined && !names.includes(check))
    throw notFound(`check of ${instance ?? service}`, check, `check: ${oneOf(names)}`);
}

function oneOf(names: readonly string[]): string {
  if (names.length === 0) return 'there is none to name';
  const rest = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return `name one of ${names.slice(0, 10).join(', ')}${rest}`;
}
