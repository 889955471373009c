import { conditionLeftOut, demandsOf, ofKind, strictestExpiry, timingOf } from './demands.ts';
import type { Demand } from './demands.ts';
import type { ConditionMeaning } from './conditions/read-condition.ts';
import { expectedStatus } from './conditions/status.ts';
import { changed, leftOut } from './note.ts';
import type { Note } from './note.ts';
import type { GatusEndpoint } from './read-endpoint.ts';
import { bodyText, headerText } from './request.ts';
import type { Filled } from './request.ts';
import type { Translation } from './target-check.ts';

/** As many as `http_endpoint` follows. */
const mostRedirects = 10;

/** An `http_endpoint` for an address of http or https. */
export function httpCheck(endpoint: GatusEndpoint, url: URL): Translation {
  const stop = whyNot(endpoint, url);
  if (stop !== undefined) return { notes: [stop] };
  const allowed = [
    'status',
    'json',
    'contains',
    'within',
    'connected',
    ...(isSecure(url) ? (['expiry'] as const) : []),
  ] as const;
  const { kept, notes } = demandsOf(endpoint, allowed, 'there is no certificate: the address is not https');
  const asked = expectations(endpoint, kept);
  if (asked.used.length === 0) return { notes: [...notes, ...asked.notes] };
  const request = requestOf(endpoint);
  if ('notes' in request) return { notes: [...notes, ...asked.notes, ...request.notes] };
  const timed = timingOf(endpoint, asked.used);
  return {
    type: 'http_endpoint',
    host: bareHost(url),
    params: {
      url: endpoint.url,
      ...(endpoint.method === 'GET' ? {} : { method: endpoint.method }),
      ...request.params,
      ...asked.params,
      ...(endpoint.ignoresRedirects ? {} : { follow_redirects: mostRedirects }),
    },
    timing: timed.timing,
    notes: [...notes, ...asked.notes, ...timed.notes],
    variables: request.filled.flatMap(({ variables }) => variables),
    moved: request.filled.flatMap(({ moved }) => moved ?? []),
  };
}

/** The host of an address; one of IPv6 without brackets, and beginning with a digit, as names of Cortex do. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/^:/, '0:');
}

function isSecure(url: URL): boolean {
  return url.protocol === 'https:';
}

function whyNot(endpoint: GatusEndpoint, url: URL): Note | undefined {
  const { path } = endpoint;
  if (isSecure(url) && endpoint.isInsecure) {
    const why = 'it takes any certificate, and Cortex takes none that it cannot trust';
    return leftOut([...path, 'client', 'insecure'], 'client.insecure', why, 'give the check ca_file, without insecure');
  }
  const host = Object.entries(endpoint.headers).find(([name]) => name.toLowerCase() === 'host')?.[1];
  if (isSecure(url) && host !== undefined && host !== url.host) {
    const why = 'Cortex would expect a certificate of that name';
    return leftOut([...path, 'headers'], 'header Host', why, 'ask the endpoint under that name');
  }
  return undefined;
}

/** The expectations about the response; `used` are the conditions that they cover. */
function expectations(endpoint: GatusEndpoint, kept: readonly Demand[]) {
  const statuses = expressible(ofKind(kept, 'status'));
  const [contains, ...moreContains] = ofKind(kept, 'contains');
  const conditions = ofKind(kept, 'json').map(({ meaning }) => meaning.json);
  const expiry = strictestExpiry(ofKind(kept, 'expiry').map(({ meaning }) => meaning.expiry));
  const refused: readonly Demand[] = [...statuses.refused, ...moreContains];
  const used = kept.filter((demand) => !refused.includes(demand));
  const asksBody = contains !== undefined || conditions.length > 0;
  return {
    used,
    params: {
      expected_status: statuses.expected,
      ...(contains === undefined ? {} : { body_contains: contains.meaning.text }),
      ...(conditions.length === 0 ? {} : { json: conditions }),
      ...(expiry === undefined ? {} : { tls_expiry: expiry }),
    },
    notes: [
      ...statuses.refused.map((demand) =>
        conditionLeftOut(endpoint.path, demand, 'with the others on it, it allows none, or more than can be listed'),
      ),
      ...moreContains.map((demand) =>
        conditionLeftOut(endpoint.path, demand, 'a check looks for one text in the body: add a second check'),
      ),
      ...(asksBody ? ofKind(used, 'within') : []).map(({ index, text }) =>
        changed(
          [...endpoint.path, 'conditions', index],
          text,
          'the time limit of a check holds for the body, too, which Gatus does not count',
          'raise timeout, if the body is long',
        ),
      ),
    ],
  };
}

type StatusDemand = Demand<Extract<ConditionMeaning, { kind: 'status' }>>;

/** All conditions on the status, or else as many as can be expressed together. */
function expressible(demands: readonly StatusDemand[]) {
  const listed = (some: readonly StatusDemand[]) => expectedStatus(some.map(({ meaning }) => meaning.test));
  const all = listed(demands);
  if (all !== undefined) return { expected: all, refused: [] };
  const kept: StatusDemand[] = [];
  for (const demand of demands) if (listed([...kept, demand]) !== undefined) kept.push(demand);
  return { expected: listed(kept), refused: demands.filter((demand) => !kept.includes(demand)) };
}

type Part = Exclude<Filled, { note: Note }>;

function requestOf(endpoint: GatusEndpoint) {
  const headers = Object.entries(endpoint.headers).map(
    ([name, value]) => [name, headerText(endpoint, name, value)] as const,
  );
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  const body = endpoint.body === '' && !endpoint.isGraphql ? undefined : bodyText(endpoint);
  const parts = [...headers.map(([, filled]) => filled), ...(body === undefined ? [] : [body])];
  const notes = parts.flatMap((part) => ('note' in part ? [part.note] : []));
  if (notes.length > 0) return { notes };
  const filled = parts.filter((part): part is Part => 'text' in part);
  const all = {
    ...Object.fromEntries(headers.map(([name, part]) => [name, 'text' in part ? part.text : ''])),
    ...(endpoint.isGraphql && !hasType ? { 'Content-Type': 'application/json' } : {}),
  };
  return {
    filled,
    params: {
      ...(Object.keys(all).length === 0 ? {} : { headers: all }),
      ...(body !== undefined && 'text' in body ? { body: body.text } : {}),
    },
  };
}
