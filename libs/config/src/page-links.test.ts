import type { Contact } from '@cortex/contracts';
import { expect, it } from 'vitest';
import { checkPageLinks } from './index.ts';

const contact = (type: string, url?: string): Contact => ({
  name: 'ann',
  channels: [{ type, params: url === undefined ? {} : { url } }],
});
const pager = contact('webhook', 'https://pager.example.org/hook');
const slack = contact('slack_webhook', 'env:SLACK_URL');
const own = { host: '127.0.0.1', port: 7780 };

it.each([
  ['no address for pages that leave', pager, own, '127.0.0.1:7780'],
  ['a secret address, which may be anywhere', slack, own, 'public_url is missing'],
  ['a console that listens everywhere', pager, { ...own, host: '0.0.0.0' }, '0.0.0.0:7780'],
  ['no fixed port', pager, { ...own, port: 0 }, 'no fixed port'],
  ['a loopback address', pager, { ...own, publicUrl: 'http://localhost:7780' }, 'localhost'],
  ['a loopback address of version 6', pager, { ...own, publicUrl: 'http://[::1]:7780' }, '::1'],
])('warns of %s', (_, one, console, message) => {
  expect(warningsOf(one, console)).toMatchObject([
    { code: 'CORTEX_CONFIG_PAGE_LINK', line: 3, message: expect.stringContaining(message) },
  ]);
});

it.each([
  ['an address for people', pager, { ...own, publicUrl: 'https://cortex.example.org' }],
  ['a console on an address of the network', pager, { ...own, host: '10.1.2.3' }],
  ['pages that stay in the log', contact('log'), own],
  ['pages to this machine', contact('webhook', 'http://localhost:9/hook'), own],
])('does not warn of %s', (_, one, console) => {
  expect(warningsOf(one, console)).toEqual([]);
});

function warningsOf(one: Contact, console: Parameters<typeof checkPageLinks>[0]['console']) {
  const text = 'version: 1\n\nconsole: { host: x }\n';
  return checkPageLinks({ contacts: [one], console }, { entry: '/cortex.yaml', readFile: () => text });
}
