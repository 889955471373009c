import type { EscalationPolicy, EscalationRecord, IncidentSeverity } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultLimits, stepEscalation } from './index.ts';
import type { EscalationInput, EscalationSettings } from './index.ts';

const second = 1_000;
const start = Date.parse('2026-03-01T00:00:00.000Z');
const at = (ms: number): string => new Date(start + ms).toISOString();
const incidentId = '018f0000-0000-7000-8000-000000000001';

const policy: EscalationPolicy = {
  id: 'p',
  name: 'p',
  appliesTo: [],
  severities: [],
  chain: [
    { level: 1, delayMs: 0, condition: 'always', notify: ['ann'] },
    { level: 2, delayMs: 60 * second, condition: 'not_acknowledged', notify: ['bob'] },
    { level: 3, delayMs: 120 * second, condition: 'not_resolved', notify: ['cyn'] },
  ],
};
const settings: EscalationSettings = {
  ...defaultLimits,
  policies: [policy],
  contacts: ['ann', 'bob', 'cyn'].map((name) => ({ name, channels: [{ type: 'webhook', params: {} }] })),
  paging: {
    holdMs: { SEV0: 0, SEV1: 20 * second, SEV2: 40 * second, SEV3: 60 * second },
    reminder: { everyMs: 300 * second, times: 2 },
  },
};

const happening = fc.oneof(
  fc.record({
    what: fc.constant('requested' as const),
    severity: fc.constantFrom<IncidentSeverity>('SEV0', 'SEV1', 'SEV2', 'SEV3'),
    asks: fc.constantFrom(undefined, 'approve restart', 'take over'),
  }),
  fc.record({ what: fc.constant('acknowledged' as const) }),
  fc.record({ what: fc.constant('passes' as const), ms: fc.integer({ min: 1, max: 90 }).map((s) => s * second) }),
);

it('pages nobody twice for the same, and tells the end to everybody who got a page and to nobody else', () => {
  fc.assert(
    fc.property(
      fc.array(happening, { minLength: 1, maxLength: 25 }),
      fc.array(fc.boolean(), { maxLength: 20 }),
      (happenings, losses) => {
        let record: EscalationRecord | undefined;
        let nowMs = 0;
        let requests = 0;
        let worst: IncidentSeverity | undefined;
        let rises = 0;
        const asked = new Set<string>();
        const lost = [...losses];
        const received: { readonly contact: string; readonly level: number; readonly kind: string }[] = [];
        const apply = (input: EscalationInput): void => {
          const step = stepEscalation(record, input, settings, at(nowMs));
          record = step.record;
          for (const { notification } of step.notify) {
            const isLost = lost.shift() === true;
            if (!isLost) received.push(notification);
            const outcome = isLost
              ? { delivered: false, retryable: true, detail: 'refused' }
              : { delivered: true, detail: 'ok' };
            apply({ kind: 'sent', key: notification.key, outcome });
          }
        };
        const pass = (ms: number): void => {
          for (const endMs = nowMs + ms; nowMs < endMs; nowMs += second) apply({ kind: 'due' });
        };
        for (const one of happenings) {
          if (one.what === 'passes') pass(one.ms);
          else if (one.what === 'acknowledged') {
            apply({ kind: 'acknowledged', eventId: `ack-${nowMs}`, by: 'kim', at: at(nowMs) });
          } else {
            requests += 1;
            if (worst !== undefined && one.severity < worst) rises += 1;
            if (worst === undefined || one.severity < worst) worst = one.severity;
            if (one.asks !== undefined) asked.add(one.asks);
            apply({
              kind: 'requested',
              event: { id: `event-${requests}`, source: '/cortex/decision', time: at(nowMs) },
              request: {
                escalationId: `e${requests}`,
                incidentId,
                service: 'shop',
                severity: one.severity,
                title: '',
                reason: `reason ${requests}`,
                details: '',
                notify: [],
                urgent: false,
                requestedAt: at(nowMs),
                ...(one.asks === undefined ? {} : { asks: one.asks }),
              },
            });
          }
        }
        apply({ kind: 'resolved', eventId: 'end', at: at(nowMs) });
        pass(900 * second);

        for (const contact of ['ann', 'bob', 'cyn']) {
          const own = received.filter((page) => page.contact === contact);
          const called = own.filter(({ kind }) => kind === 'page' || kind === 'update');
          expect(called.length).toBeLessThanOrEqual(1 + rises + asked.size);
          const ends = own.filter(({ kind }) => kind === 'resolved');
          expect(ends).toHaveLength(own.length > ends.length ? 1 : 0);
          expect(own.at(-1)?.kind ?? 'resolved').toBe('resolved');
        }
      },
    ),
    { numRuns: 300 },
  );
});
