import { builtinChecks, type CheckPlugin } from '@cortex/checks';
import { expect, test } from 'vitest';
import { CliError } from '../../core/cli-error.ts';
import { withParameters } from './parameters.ts';

const http = builtinChecks.get('http_endpoint') as CheckPlugin;
const web = { name: 'web', params: { url: 'http://127.0.0.1/', expected_status: 200 } };

function refusal(given: readonly string[], check = web): CliError {
  try {
    withParameters(check, http, given);
  } catch (error) {
    if (error instanceof CliError) return error;
  }
  throw new Error('it was not refused');
}

test('a parameter takes the place of the configured one; what reads as JSON is that, all else is text', () => {
  expect(
    withParameters(web, http, ['expected_status=404', 'url=http://[::1]:81/?a=b', 'headers={"accept":"*/*"}']),
  ).toEqual({
    url: 'http://[::1]:81/?a=b',
    expected_status: 404,
    headers: { accept: '*/*' },
  });
  expect(withParameters(web, http, ['method=GET', 'method=HEAD'])).toMatchObject({ method: 'HEAD' });
});

test.each([
  [
    ['expected_statuss=404'],
    /^web \(http_endpoint\): unknown key "expected_statuss"$/,
    /did you mean "expected_status"/,
  ],
  [['url=12'], /url/, /quotes/],
  [['method=BREW'], /method: "BREW" is not allowed/, /GET/],
  [['__proto__={"polluted":true}'], /unknown key "__proto__"/, /keys here are/],
  [['constructor=1'], /unknown key "constructor"/, /keys here are/],
  [['expected_status'], /"expected_status" is no parameter/, /key=value/],
  [['=404'], /no parameter/, /key=value/],
] as const)('%j is refused by its name', (given, message, fix) => {
  const error = refusal(given);
  expect(error).toMatchObject({ code: 'CORTEX_CLI_BAD_PARAMETER', exitReason: 'usage' });
  expect(error.message).toMatch(message);
  expect(error.fix).toMatch(fix);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('a check that is made up for one look needs what its type needs', () => {
  const tcp = builtinChecks.get('tcp_port') as CheckPlugin;
  expect(() => withParameters({ name: 'tcp_port', params: {} }, tcp, [])).toThrow(
    'tcp_port: the key "port" is missing',
  );
});
