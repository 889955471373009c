import type { EscalationNotification, EscalationPolicy, EscalationRecord } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultLimits, stepEscalation } from './index.ts';
import type { EscalationInput, EscalationSettings } from './index.ts';

const start = Date.parse('2026-03-01T00:00:00.000Z');
const at = (ms: number): string => new Date(start + ms).toISOString();
const second = 1_000;
const contacts = ['ann', 'bob', 'cyn'].map((name) => ({ name, channels: [{ type: 'webhook', params: {} }] }));

const policies = fc
  .array(
    fc.record({
      delayMs: fc.integer({ min: 0, max: 1_800 }).map((seconds) => seconds * second),
      condition: fc.constantFrom('always' as const, 'not_acknowledged' as const, 'not_resolved' as const),
      notify: fc.subarray(['ann', 'bob', 'cyn'], { minLength: 1 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((levels): EscalationPolicy => ({
    id: 'p',
    name: 'p',
    appliesTo: [],
    severities: [],
    chain: levels.map((level, index) => ({ ...level, level: index + 1 })),
  }));

/** The faults: time passes, events repeat, sends fail, crashes lose what was not written. */
const faults = ['none', 'crash_before_write', 'crash_before_send', 'crash_after_send', 'receiver_down'] as const;
type Fault = (typeof faults)[number];
const happening = fc.record({
  ms: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 600 }).map((seconds) => seconds * second),
  ),
  fault: fc.constantFrom(...faults),
  isRedelivery: fc.boolean(),
});

it(
  'tells each due level once per key whatever is redelivered or crashes, and none that waits for an answer after one',
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(
        policies,
        fc.array(happening, { maxLength: 40 }),
        fc.option(
          fc.integer({ min: 0, max: 2_000 }).map((s) => s * second),
          { nil: undefined },
        ),
        (policy, happenings, acknowledgedAtMs) => {
          const paging = {
            holdMs: { SEV0: 0, SEV1: 0, SEV2: 0, SEV3: 0 },
            reminder: { everyMs: 1_800 * second, times: 5 },
          };
          const settings: EscalationSettings = { ...defaultLimits, paging, policies: [policy], contacts };
          const request: EscalationInput = {
            kind: 'requested',
            event: { id: 'event-1', source: '/cortex/decision', time: at(0) },
            request: {
              escalationId: 'e1',
              incidentId: '018f0000-0000-7000-8000-000000000001',
              service: 'shop',
              severity: 'SEV1',
              title: '',
              reason: '',
              details: '',
              notify: [],
              urgent: false,
              requestedAt: at(0),
            },
          };
          let stored: EscalationRecord | undefined;
          let nowMs = 0;
          let acknowledged = false;
          const received = new Map<
            string,
            Pick<EscalationNotification, 'level' | 'contact' | 'condition'> & {
              confirmed: number;
              firstMs: number;
              afterAck: boolean;
            }
          >();

          const apply = (input: EscalationInput, fault: Fault): void => {
            const result = stepEscalation(stored, input, settings, at(nowMs));
            if (fault === 'crash_before_write') return;
            stored = result.record;
            if (fault === 'crash_before_send') return;
            for (const { notification } of result.notify) {
              const failed = fault === 'receiver_down';
              if (!failed) {
                const seen = received.get(notification.key) ?? {
                  level: notification.level,
                  contact: notification.contact,
                  condition: notification.condition,
                  confirmed: 0,
                  firstMs: nowMs,
                  afterAck: acknowledged && notification.condition === 'not_acknowledged',
                };
                received.set(notification.key, seen);
                if (fault === 'crash_after_send') continue;
                seen.confirmed += 1;
              }
              const outcome = failed
                ? { delivered: false, retryable: true, detail: 'down' }
                : { delivered: true, detail: 'ok' };
              const next = stepEscalation(
                stored,
                { kind: 'sent', key: notification.key, outcome },
                settings,
                at(nowMs),
              );
              expect(next.notify).toEqual([]);
              stored = next.record;
            }
          };
          const tick = (fault: Fault = 'none'): void => {
            if (!acknowledged && acknowledgedAtMs !== undefined && nowMs >= acknowledgedAtMs) {
              acknowledged = true;
              const by = { eventId: 'ack', by: 'kim', at: at(acknowledgedAtMs) };
              apply({ kind: 'acknowledged', ...by }, 'none');
            }
            apply({ kind: 'due' }, fault);
          };

          for (const each of happenings) {
            nowMs += each.ms;
            if (each.isRedelivery || stored === undefined) apply(request, each.fault);
            else tick(each.fault);
          }
          // A request that was not written is not acked, so it comes again.
          apply(request, 'none');
          // No more faults: everything that is due by now is done.
          const endMs = Math.max(nowMs, 1_800 * second) + 600 * second;
          while (nowMs < endMs) {
            nowMs += 5 * second;
            tick();
          }

          const pages = [...received.values()];
          for (const page of pages) {
            const level = policy.chain.find((candidate) => candidate.level === page.level);
            // An acknowledgement withdraws a page that is not known to have been delivered: a repeat, for example,
            // whatever its level says.
            const isWithdrawn = page.condition === 'not_acknowledged' && acknowledged && page.confirmed === 0;
            expect(page.confirmed).toBe(isWithdrawn ? 0 : 1);
            expect(page.afterAck).toBe(false);
            expect(page.firstMs).toBeGreaterThanOrEqual(level?.delayMs ?? 0);
          }
          for (const level of policy.chain) {
            const isOff =
              level.condition === 'not_acknowledged' && acknowledgedAtMs !== undefined && acknowledgedAtMs <= endMs;
            for (const contact of isOff ? [] : level.notify) {
              const told = pages.filter((page) => page.level === level.level && page.contact === contact);
              expect(told.length).toBeGreaterThanOrEqual(1);
            }
          }
        },
      ),
      { numRuns: 1_500 },
    );
  },
);
