import { expect, test } from 'vitest';
import { resolvedIncident, sampleIncident, samplePage } from '../test/samples.ts';
import { summaryOf } from './summary.ts';

const at = '2026-03-02T10:00:00.000Z';
const asked = { escalationId: 'e-1', at, severity: 'SEV1', reason: 'it is down', urgent: false } as const;
const open = sampleIncident(1, { attempts: [], escalations: [asked] });
const over = resolvedIncident(2, 1, { attempts: [], escalations: [asked] });
const toldAt = '2026-03-02T10:00:30.000Z';
const page = samplePage(toldAt);
const failed = samplePage(toldAt, { status: 'failed', detail: 'answered 404' });

test.each([
  ['who was told first, and when', open, [failed, page], `anna was told at ${toldAt}`],
  ['that the first page is held', open, [], `people are asked for since ${at}, and nobody was told yet`],
  ['that nobody can be reached', open, [failed], 'nobody could be told yet: anna by webhook: answered 404'],
  ['that it ended within its hold', over, [], 'nobody was told: it was over before'],
  ['that the notice of the end is no call', over, [samplePage(toldAt, { kind: 'resolved' })], 'nobody was told'],
  ['no more than it knows where no record of the pages is left', over, undefined, `people were asked for at ${at}`],
])('the summary says %s', (_what, incident, notifications, expected) => {
  expect(summaryOf(incident, notifications).done).toContain(expected);
});
