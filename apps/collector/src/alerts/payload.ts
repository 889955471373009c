import { z } from 'zod';
import { RequestError } from '../http/request-error.ts';

/** One alert, from either API. */
export interface ReceivedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly isFiring: boolean;
  readonly startedAtMs?: number;
  /** Fires until then, unless it is sent again. */
  readonly expiresAtMs?: number;
}

const Labels = z.record(z.string(), z.string());
/** Epoch milliseconds. Go's zero time stands for none. */
const Time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .transform((timeMs) => (timeMs > 0 ? timeMs : undefined));

const Webhook = z.object({
  version: z.literal('4'),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: Labels,
      annotations: Labels.prefault({}),
      startsAt: Time.optional(),
    }),
  ),
});

const PostedAlerts = z.array(
  z.object({
    labels: Labels,
    annotations: Labels.prefault({}),
    startsAt: Time.optional(),
    endsAt: Time.optional(),
  }),
);

/** Alertmanager's webhook, version 4. It reports when an alert is resolved. */
export function fromWebhook(json: unknown): readonly ReceivedAlert[] {
  return parse(Webhook, json, 'an Alertmanager webhook of version 4').alerts.map(
    ({ status, labels, annotations, startsAt }) => ({
      labels,
      annotations,
      isFiring: status === 'firing',
      ...(startsAt === undefined ? {} : { startedAtMs: startsAt }),
    }),
  );
}

/** As Alertmanager's `resolve_timeout`: for alerts without an end. */
const defaultLifetimeMs = 5 * 60_000;

/**
 * The body that Prometheus posts to an Alertmanager: it repeats an alert while it fires, and one whose end has passed
 * is resolved.
 */
export function fromPosted(json: unknown, nowMs: number): readonly ReceivedAlert[] {
  return parse(PostedAlerts, json, 'a list of alerts').map(({ labels, annotations, startsAt, endsAt }) => {
    const end = endsAt ?? nowMs + defaultLifetimeMs;
    const isFiring = end > nowMs;
    return {
      labels,
      annotations,
      isFiring,
      ...(startsAt === undefined ? {} : { startedAtMs: startsAt }),
      ...(isFiring ? { expiresAtMs: end } : {}),
    };
  });
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new RequestError(400, `not ${what}: ${z.prettifyError(parsed.error).slice(0, 1_000)}`);
}
