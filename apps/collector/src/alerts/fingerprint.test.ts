import { expect, test } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

// Computed by Alertmanager.
test.each([
  [{}, 'cbf29ce484222325'],
  [{ severity: 'critical', alertname: 'DiskFull', instance: 'db-1' }, '9556f853bb27ef8b'],
  [{ alertname: 'Ünïcode', Z: '1', a: '日本', z_: 'x' }, 'b7a30f0ef5fd7a65'],
])('%o', (labels, fingerprint) => {
  expect(fingerprintOf(labels)).toBe(fingerprint);
});
