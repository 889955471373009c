import { expect, test } from 'vitest';
import { resolvedIncident, sampleIncident, samplePage } from '../test/samples.ts';
import type { Pages } from './pages.ts';
import { summaryOf } from './summary.ts';

const at = '2026-03-02T10:00:00.000Z';
const asked = { escalationId: 'e-1', at, severity: 'SEV1', reason: 'it is down', urgent: false } as const;
const open = sampleIncident(1, { attempts: [], escalations: [asked] });
const over = resolvedIncident(2, 1, { attempts: [], escalations: [asked] });
const toldAt = '2026-03-02T10:00:30.000Z';
const page = samplePage(toldAt);
const waiting: Pages['plan'][number] = {
  escalationId: 'e-1',
  kind: 'page',
  level: 0,
  round: 0,
  dueAt: toldAt,
  condition: 'always',
  notify: ['anna'],
  status: 'waiting',
};
const failed = samplePage(toldAt, { status: 'failed', detail: 'answered 404' });

test.each([
  ['who was told first, and when', open, [failed, page], `anna was told at ${toldAt}`],
  [
    'that the first page is held',
    open,
    [],
    `nobody was told yet: the first page leaves at ${toldAt}, unless it is over by then`,
  ],
  ['that nobody can be reached', open, [failed], 'nobody could be told yet: anna by webhook: answered 404'],
  [
    'that the first page does not arrive yet, though it is tried on',
    open,
    [samplePage(toldAt, { status: 'pending', attempts: 7, detail: 'connection refused' })],
    'nobody could be told yet: anna by webhook: connection refused (7 tries)',
  ],
  ['that it ended within its hold', over, [], 'nobody was told: it was over before'],
  ['that the notice of the end is no call', over, [samplePage(toldAt, { kind: 'resolved' })], 'nobody was told'],
  ['no more than it knows where no record of the pages is left', over, undefined, `people were asked for at ${at}`],
])('the summary says %s', (_what, incident, notifications, expected) => {
  const pages = notifications === undefined ? undefined : { notifications, plan: [waiting] };
  expect(summaryOf(incident, pages).done).toContain(expected);
});

test.each([
  ['storm', 'the page of the storm speaks for it'],
  ['quiet', 'nothing is wrong at present'],
] as const)('the summary says why a page waits: %s', (untoldFor, expected) => {
  const pages = { notifications: [], plan: [waiting], untoldFor };
  expect(summaryOf(open, pages).done).toContain(`nobody was told yet: ${expected}`);
});

test('what is with humans and over waits for nobody', () => {
  const signals = open.signals.map((signal) => ({ ...signal, active: false, clearedAt: at }));
  expect(summaryOf({ ...open, status: 'escalated', signals }, undefined).next).toContain('it ends by itself');
  expect(summaryOf({ ...open, status: 'escalated' }, undefined).next).toContain('waits for a human');
});
