import { Resolver } from 'node:dns/promises';
import type { AnyRecord } from 'node:dns';
import { isIP } from 'node:net';
import { addressProblem, OutboundRefusedError } from '@cortex/outbound';
import { z } from 'zod';
import { CountBound, keepsTo } from '../../bound.ts';
import { defineCheck } from '../../define-check.ts';
import { Host } from '../../params.ts';

const Answer = z.string().min(1).max(1_000);

const Params = z.strictObject({
  name: Host.describe('What is looked up.'),
  record_type: z
    .enum(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT', 'CAA'])
    .default('A')
    .describe('What kind of record.'),
  expected: z
    .union([Answer, z.array(Answer).min(1).max(100)])
    .optional()
    .describe('Answers that must be among those given: `10.0.0.1`, `10 mail.example.org` (MX), `0 5 8080 host` (SRV).'),
  only: z.boolean().default(false).describe('True: nothing but the expected answers may be given.'),
  answers: CountBound.optional().describe('How many answers: `>0`, `=2`.'),
  server: z
    .string()
    .max(64)
    .refine(isServer, 'must be an IP address, with or without a port: 10.0.0.2:53')
    .optional()
    .describe("Whom to ask: address and port, `10.0.0.2` or `10.0.0.2:53`. Default: the machine's name servers."),
});
type Params = z.output<typeof Params>;

/** The meaning of each error of the resolver for the name, or for the server. */
const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist (NXDOMAIN)',
  ENODATA: 'the name has no such record (NODATA)',
  ESERVFAIL: 'the name server failed (SERVFAIL)',
  EREFUSED: 'the name server refused to answer (REFUSED)',
  ECONNREFUSED: 'no name server is there (connection refused)',
  ETIMEOUT: 'the name server did not answer',
  EBADRESP: 'the name server answered with something else',
  EFORMERR: 'the name server did not understand the question (FORMERR)',
  ENOTIMP: 'the name server does not know this kind of question (NOTIMP)',
};

export const dnsResolution = defineCheck({
  name: 'dns_resolution',
  summary: 'A name resolves to the expected answers',
  tier: 'deep',
  params: Params,
  failures: [
    '…: the name does not exist (NXDOMAIN)',
    '…: the name has no such record (NODATA)',
    '…: the name server failed (SERVFAIL)',
    '…: the name server refused to answer (REFUSED)',
    '…: no name server is there (connection refused)',
    '…: the name server did not answer',
    '… answers (…), expected …',
    'gave …, expected …',
    'gave … as well, expected only …',
  ],
  example: `name: shop-name
type: dns_resolution
service: shop
expected: [10.0.0.1, 10.0.0.2]
only: true
server: 10.0.0.53
params: { name: shop.example.org }`,
  async run(params, { signal, timeoutMs, outbound }) {
    const refused = params.server === undefined ? undefined : addressProblem(addressIn(params.server), outbound);
    if (refused !== undefined) throw new OutboundRefusedError(refused);
    // Asked once: the check's own retries are the retries.
    const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
    if (params.server !== undefined) resolver.setServers([params.server]);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    // It gives up before the check does, so that a timeout names the server; the resolver's own timer is late by up to
    // a second.
    let isSilent = false;
    const patience = setTimeout(() => {
      isSilent = true;
      resolver.cancel();
    }, timeoutMs * 0.8);
    const startedAt = performance.now();
    const asked = `${params.record_type} ${params.name}`;
    try {
      const answers = await answersOf(resolver, params);
      const problem = problemOf(answers, params);
      const latencyMs = Math.round(performance.now() - startedAt);
      const detail = problem ?? `${shown(answers)} in ${latencyMs} ms`;
      const evidence = {
        latencyMs,
        count: answers.length,
        answers: answers.slice(0, 20).map((text) => text.slice(0, 200)),
      };
      return { passed: problem === undefined, detail: `${asked}: ${detail}`, evidence };
    } catch (error) {
      const said = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
      const code = isSilent ? 'ETIMEOUT' : said;
      if (signal.aborted || meanings[code] === undefined) throw error;
      return { passed: false, detail: `${asked}: ${meanings[code]}`, evidence: { code } };
    } finally {
      clearTimeout(patience);
      signal.removeEventListener('abort', cancel);
      resolver.cancel();
    }
  },
});

function problemOf(answers: readonly string[], { expected, only, answers: bound }: Params): string | undefined {
  if (bound !== undefined && !keepsTo(answers.length, bound)) {
    return `${answers.length} answers (${shown(answers)}), expected ${bound.text}`;
  }
  if (expected === undefined) return undefined;
  const wanted = [expected].flat().map(canonical);
  const missing = wanted.filter((text) => !answers.includes(text));
  if (missing.length > 0) return `gave ${shown(answers)}, expected ${shown(missing)}`;
  const strange = only ? answers.filter((text) => !wanted.includes(text)) : [];
  return strange.length > 0 ? `gave ${shown(strange)} as well, expected only ${shown(wanted)}` : undefined;
}

async function answersOf(resolver: Resolver, { name, record_type: type }: Params): Promise<readonly string[]> {
  const records = await resolver.resolve(name, type);
  return [records].flat().map((record) => canonical(textOf(record as string | string[] | AnyRecord)));
}

function textOf(record: string | readonly string[] | AnyRecord): string {
  if (typeof record === 'string') return record;
  // The parts of one TXT record are one text.
  if (Array.isArray(record)) return record.join('');
  if ('exchange' in record) return `${record.priority} ${record.exchange}`;
  if ('weight' in record) return `${record.priority} ${record.weight} ${record.port} ${record.name}`;
  if ('nsname' in record) return `${record.nsname} ${record.hostmaster}`;
  return Object.entries(record)
    .filter(([key]) => key !== 'critical' && key !== 'type')
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(' ');
}

/** Names are the same in any case and with or without the dot at their end. */
function canonical(text: string): string {
  return text.trim().replace(/\.$/, '').toLowerCase();
}

function shown(answers: readonly string[]): string {
  if (answers.length === 0) return 'nothing';
  const more = answers.length > 5 ? `, and ${answers.length - 5} more` : '';
  return (
    answers
      .slice(0, 5)
      .map((text) => text.slice(0, 100))
      .join(', ') + more
  );
}

/** `10.0.0.2`, of a value that {@link isServer} accepts. */
function addressIn(server: string): string {
  return isIP(server) === 0 ? server.replace(/:\d+$/, '') : server;
}

function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const match = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  return match !== null && isIP(match[1] ?? match[2] ?? '') !== 0 && port > 0 && port <= 65_535;
}
