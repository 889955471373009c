import { demandsOf, ofKind, strictestExpiry, timingOf } from './demands.ts';
import type { Demand } from './demands.ts';
import { bareHost } from './http-check.ts';
import { changed, leftOut } from './note.ts';
import type { Note } from './note.ts';
import type { GatusEndpoint } from './read-endpoint.ts';
import type { TargetCheck, Translation } from './target-check.ts';

/** A `tcp_port` for an address of tcp. */
export function tcpCheck(endpoint: GatusEndpoint, url: URL): Translation {
  const port = Number(url.port);
  if (port === 0) return { notes: [noPort(endpoint)] };
  const { kept, notes } = demandsOf(
    endpoint,
    ['within', 'connected'],
    'tcp_port asks whether a connection is accepted',
  );
  const params = { port };
  return toCheck(endpoint, kept, {
    type: 'tcp_port',
    host: bareHost(url),
    params,
    notes: [...notes, ...bodyNote(endpoint)],
  });
}

/** A `security_posture` that reads the certificate of an address of tls. */
export function tlsCheck(endpoint: GatusEndpoint, url: URL): Translation {
  if (url.port === '') return { notes: [noPort(endpoint)] };
  const allowed = ['within', 'connected', 'expiry'] as const;
  const { kept, notes } = demandsOf(endpoint, allowed, 'only the certificate is read');
  const asked = strictestExpiry(ofKind(kept, 'expiry').map(({ meaning }) => meaning.expiry));
  const params = { check_certificates: `expiry ${asked ?? '>0s'}`, certificates: [url.host] };
  const trust = leftOut(
    [...endpoint.path, 'url'],
    'trust in the certificate',
    'security_posture reads when a certificate ends, not who vouches for it',
    'ask an http_endpoint of the same server, which does',
  );
  const validity = changed(
    [...endpoint.path, 'client', 'insecure'],
    'client.insecure',
    'a certificate that has ended fails the check',
    'use tcp_port, if that is no failure',
  );
  const more = [
    ...(endpoint.isInsecure ? [] : [trust]),
    ...(endpoint.isInsecure && asked === undefined ? [validity] : []),
  ];
  return toCheck(endpoint, kept, {
    type: 'security_posture',
    host: bareHost(url),
    params,
    notes: [...notes, ...more, ...bodyNote(endpoint)],
  });
}

function toCheck(
  endpoint: GatusEndpoint,
  kept: readonly Demand[],
  found: Pick<TargetCheck, 'type' | 'host' | 'params' | 'notes'>,
): Translation {
  if (kept.length === 0) return { notes: found.notes };
  const { timing, notes } = timingOf(endpoint, kept);
  return { ...found, timing, notes: [...found.notes, ...notes], variables: [], moved: [] };
}

function noPort({ path }: GatusEndpoint): Note {
  return leftOut([...path, 'url'], 'url', 'it names no port', 'write it as host:port');
}

function bodyNote({ path, body }: GatusEndpoint): readonly Note[] {
  if (body === '') return [];
  return [
    leftOut([...path, 'body'], 'body', 'Cortex sends nothing over the connection', 'use a check of that protocol'),
  ];
}
