import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiddenMark, isSecretKey, redactText, redactValue } from './redact.ts';
import { formatProblems } from './problem.ts';
import { parseFiles } from './testing/configuration-files.ts';

const secret = 'hunter2-XyZ';

describe('keys that speak of a secret', () => {
  it.each([
    'password',
    'PGPASSWORD',
    'db_passwd',
    'pwd',
    'apiKey',
    'X-Api-Key',
    'Authorization',
    'client_secret',
    'bot-token',
    'Cookie',
    'routing_key',
    'passphrase',
    'credentials',
  ])('%s', (key) => {
    expect(isSecretKey(key)).toBe(true);
  });

  it.each(['url', 'path', 'name', 'keyspace', 'compass', 'tokenizer', 'passing', 'secretary_name', 'key_path'])(
    'not %s',
    (key) => {
      expect(isSecretKey(key)).toBe(false);
    },
  );
});

describe('texts with a secret of a known form', () => {
  it.each([
    [`postgres://cortex:${secret}@127.0.0.1:5544/postgres`, `postgres://${hiddenMark}@127.0.0.1:5544/postgres`],
    [`amqp://me:${secret}/with@signs?#@rabbit:5672`, `amqp://${hiddenMark}@rabbit:5672`],
    [`https://${secret}@git.example/x.git`, `https://${hiddenMark}@git.example/x.git`],
    [`connect to redis://:${secret}@cache:6379/0 now`, `connect to redis://${hiddenMark}@cache:6379/0 now`],
    [`me:${secret}@db.example:3306`, `${hiddenMark}@db.example:3306`],
    [`https://api.example/hook?a=1&token=${secret}&b=2`, `https://api.example/hook?a=1&token=${hiddenMark}&b=2`],
    [`host=db user=me password=${secret} dbname=x`, `host=db user=me password=${hiddenMark} dbname=x`],
    [`Server=db;Pwd=${secret};Database=x`, `Server=db;Pwd=${hiddenMark};Database=x`],
    [`{"user":"me","password":"${secret}"}`, `{"user":"me","password":"${hiddenMark}"}`],
    [`Bearer ${secret}`, `Bearer ${hiddenMark}`],
    ['Basic aHVudGVyMjpYeVo=', `Basic ${hiddenMark}`],
    ['https://hooks.slack.com/services/T000/B000/abcdEFGH', `https://hooks.slack.com/services/${hiddenMark}`],
    ['AKIAIOSFODNN7EXAMPLE', hiddenMark],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', hiddenMark],
    ['xoxb-1234-abcdefgh', hiddenMark],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', hiddenMark],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', hiddenMark],
    ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', hiddenMark],
  ])('%s', (text, shown) => {
    expect(redactText(text)).toBe(shown);
  });

  it.each([
    'http://127.0.0.1:8080/health?full=1',
    'did you mean "shop-http"? Otherwise use one of a, b',
    'secret: write env:NAME or file:/path',
    'Basic checks answer within 100ms',
    'ops@example.org',
    '/var/lib/postgresql/data/base',
    'unknown check "db/tcp_port:db-1"',
  ])('leaves %s alone', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('values below a key that speaks of a secret', () => {
  it('are left out, references are not', () => {
    const value = {
      password: secret,
      token: 'env:TOKEN',
      headers: { Authorization: [secret], accept: 'x' },
      pin: 1,
      secrets: { a: secret, b: 7 },
    };
    expect(redactValue(value)).toEqual({
      password: hiddenMark,
      token: 'env:TOKEN',
      headers: { Authorization: [hiddenMark], accept: 'x' },
      pin: 1,
      secrets: { a: hiddenMark, b: hiddenMark },
    });
  });
});

/** Places where a mistake makes a message quote what stands there, or near it. */
const places: readonly ((text: string) => string)[] = [
  (text) => `version: ${text}\n`,
  (text) => `version: 1\nenvironment: ${text}\n`,
  (text) => `version: 1\nconsole: { port: ${text} }\n`,
  (text) => `version: 1\nescalation: ${text}\n`,
  (text) => `version: 1\nhealth: { recover_after: ${text} }\n`,
  (text) => `version: 1\nservices: [{ name: s, instances: [{ id: i, port: ${text} }] }]\n`,
  (text) =>
    `version: 1\nservices: [{ name: s, instances: [{ id: i }] }]\nchecks: [{ name: c, service: s, type: http_endpoint, url: 'http://a', expected_status: ${text} }]\n`,
  (text) =>
    `version: 1\nservices: [{ name: s, instances: [{ id: i }] }]\nchecks: [{ name: c, service: s, type: postgres, url: [${text}] }]\n`,
  (text) =>
    `version: 1\nservices: [{ name: s, instances: [{ id: i }] }]\nchecks: [{ name: c, service: s, type: ${text} }]\n`,
  (text) => `version: 1\nsafety: { freeze_windows: [{ name: n, from: ${text}, to: "10:00", timezone: ${text} }] }\n`,
  (text) =>
    `version: 1\nescalation: { contacts: [{ name: n, channels: [{ type: webhook, url: 7, secret: ${text} }] }] }\n`,
  (text) => `version: 1\nescalation: { contacts: [{ name: n, channels: [{ type: webhook, url: ${text} }] }] }\n`,
  (text) => `version: 1\nplaybooks: [${text}]\n`,
  (text) => `version: 1\n${text}: 1\n`,
  (text) => `version: 1\ncollector: { prometheus: [{ url: ${text}, queries: [{ metric: a, query: b }] }] }\n`,
];

const unquotable = fc.stringMatching(/^[A-Za-z0-9!$%&()*+,;<>?^_~|/@#:. -]{0,30}$/);

describe('messages about a configuration', () => {
  it('never show the password of a URL, wherever it stands', () => {
    const password = fc.tuple(unquotable, unquotable).map(([before, after]) => `${before}S3CRETpart${after}`);
    const scheme = fc.constantFrom('postgres', 'amqps', 'redis', 'https', 'mongodb+srv');
    fc.assert(
      fc.property(fc.constantFrom(...places), scheme, password, (place, name, inner) => {
        const url = `${name}://cortex:${inner}@127.0.0.1:5544/postgres`;
        const result = parseFiles({ 'cortex.yaml': place(JSON.stringify(url)) });
        expect(result.ok ? '' : formatProblems(result.problems)).not.toContain('S3CRETpart');
      }),
      { numRuns: 500 },
    );
  });

  it('never show what stands below a key for a secret, even when YAML cannot read it', () => {
    for (const written of [
      '*S3CRETpart',
      '>S3CRETpart',
      '!S3CRETpart x',
      '@S3CRETpart',
      '"S3CRETpart',
      'a: S3CRETpart',
      '[S3CRETpart',
      '{S3CRETpart',
      '%S3CRETpart',
      '"\\S3CRETpart"',
      '"x" S3CRETpart',
      '7',
      '[{ a: S3CRETpart }]',
      '{ S3CRETpart: 1 }',
    ]) {
      const text = `version: 1\nescalation:\n  contacts:\n    - name: n\n      channels:\n        - type: webhook\n          url: 7\n          secret: ${written}\n`;
      const result = parseFiles({ 'cortex.yaml': text });
      expect(result.ok).toBe(false);
      expect(result.ok ? '' : formatProblems(result.problems)).not.toContain('S3CRETpart');
    }
  });
});
