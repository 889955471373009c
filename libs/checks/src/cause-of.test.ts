import { expect, test } from 'vitest';
import { causeOf } from './cause-of.ts';

const failure = (code: string, message = 'as the system says it'): Error => Object.assign(new Error(message), { code });

test.each([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'the connection broke'],
  ['UND_ERR_SOCKET', 'the connection broke'],
  ['ENOTFOUND', 'the host name does not resolve'],
  ['EAI_AGAIN', 'the host name does not resolve'],
  ['EHOSTUNREACH', 'the host is unreachable'],
  ['ENETUNREACH', 'the host is unreachable'],
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate is of no trusted authority: as the system says it'],
  ['ESOMETHING', 'as the system says it'],
])('%s is told as "%s"', (code, told) => {
  expect(causeOf(failure(code))).toBe(told);
});

test('several failed addresses are reported once for each reason; other values unchanged', () => {
  const both = new AggregateError([failure('ECONNREFUSED'), failure('ECONNREFUSED'), failure('ENETUNREACH')], '');
  expect(causeOf(both)).toBe('connection refused; the host is unreachable');
  expect(causeOf(failure('ESOMETHING', ''))).toBe('ESOMETHING');
  expect(causeOf('gone')).toBe('gone');
});
