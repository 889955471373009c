import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { KillSwitch, Unfreeze } from '../buckets/control.ts';
import { ConfigurationDigest } from '../buckets/configuration.ts';
import { Silence } from '../buckets/silence.ts';
import { JsonRecord, Timestamp } from '../model/scalars.ts';

const family = { version: 1, stream: 'INCIDENTS' } as const;

export const controlChanged = defineEvent({
  ...family,
  type: 'control.changed',
  summary:
    'A human changed what Cortex may do: the kill switch, a silence, the freeze of a target, or the configuration',
  producers: ['console'],
  consumers: ['decision'],
  data: z.discriminatedUnion('control', [
    KillSwitch.extend({ control: z.literal('kill_switch') }),
    z.strictObject({ control: z.literal('silence'), action: z.enum(['created', 'lifted']), silence: Silence }),
    Unfreeze.extend({ control: z.literal('freeze') }),
    /** All services were told to take the configuration of this digest. */
    z.strictObject({
      control: z.literal('configuration'),
      digest: ConfigurationDigest,
      by: z.string().min(1).max(128),
      at: Timestamp,
    }),
  ]),
});

/** A service's message to its future self. Only `owner` acts on it. */
export const timerDue = defineEvent({
  ...family,
  type: 'timer.due',
  summary: 'A durable timer of one service came due; it fires once, whatever restarted meanwhile',
  producers: ['decision', 'escalator'],
  consumers: ['decision', 'escalator'],
  data: z.strictObject({
    owner: z.string().min(1).max(64),
    key: z.string().min(1).max(256),
    purpose: z.string().min(1).max(64),
    dueAt: Timestamp,
    payload: JsonRecord,
  }),
});
