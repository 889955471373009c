import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../post-page.ts';
import { builtinChannels } from '../registry.ts';
import { sign } from './webhook.ts';

describe('the webhook parameters', () => {
  const params = builtinChannels.get('webhook')?.params;

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://0251.0376.0251.0376/',
    'http://[::ffff:169.254.169.254]/',
    'http://user:password@pager.example/',
    'file:relative/path',
    'ftp://pager.example/',
    'javascript:alert(1)',
    '',
  ])('refuse %s', (url) => {
    expect(params?.safeParse({ url }).success).toBe(false);
  });

  it.each(['https://pager.example/hook', 'http://127.0.0.1:9000/', 'env:PAGER_URL', 'file:/run/secrets/url'])(
    'take %s',
    (url) => {
      expect(params?.safeParse({ url }).success).toBe(true);
    },
  );

  it('refuse a secret that is not a reference', () => {
    expect(params?.safeParse({ url: 'https://pager.example', secret: 'hunter2' }).success).toBe(false);
  });
});

describe('sign', () => {
  it('makes the HMAC-SHA256 of time and body, as openssl does', () => {
    expect(sign('{"a":1}', 'key', 1_700_000_000)).toBe(
      't=1700000000,v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03',
    );
  });
});

describe('parseRetryAfter', () => {
  it.each([
    ['3', 3_000],
    ['Thu, 01 Jan 1970 00:00:09 GMT', 8_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %s as %s', (value, expected) => {
    expect(parseRetryAfter(value, 1_000)).toBe(expected);
  });
});
