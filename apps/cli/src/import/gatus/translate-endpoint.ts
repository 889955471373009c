import { httpCheck } from './http-check.ts';
import { leftOut } from './note.ts';
import type { GatusEndpoint } from './read-endpoint.ts';
import { settingNotes } from './settings.ts';
import { tcpCheck, tlsCheck } from './socket-checks.ts';
import type { Translation } from './target-check.ts';
import { plainText, readTemplate } from './template.ts';
import { ownValue } from './values.ts';

const otherKinds: Readonly<Record<string, string>> = {
  icmp: 'Cortex has no ping',
  dns: 'write a dns_resolution check for it',
  ssh: 'Cortex opens no SSH sessions; tcp_port asks the port',
  sctp: 'Cortex has no SCTP',
  udp: 'UDP tells nothing without an answer',
  starttls: 'Cortex does not begin TLS within another protocol',
  ws: 'Cortex opens no WebSockets',
  wss: 'Cortex opens no WebSockets',
};

/** Turns one endpoint into a check, with a note for everything that is left out. */
export function translateEndpoint(endpoint: GatusEndpoint): Translation {
  const { path, raw } = endpoint;
  if (!endpoint.isEnabled) {
    return { notes: [leftOut(path, 'endpoint', 'it is switched off in Gatus', 'set enabled: true to import it')] };
  }
  const settings = settingNotes(raw, path);
  const refuse = (what: string, why: string, fix: string): Translation => ({
    notes: [...settings.notes, leftOut([...path, 'url'], what, why, fix)],
  });
  if (settings.stops) return refuse('endpoint', 'it cannot be asked as Gatus asks it', 'see its other notes');
  if ((ownValue(raw, 'dns') ?? undefined) !== undefined)
    return refuse('endpoint of dns', otherKinds['dns'] ?? '', 'see docs/plugins.md');
  const template = readTemplate(endpoint.url);
  const url = template === undefined ? undefined : plainText(template);
  if (url === undefined) {
    return refuse('url', 'it depends on an environment variable, and addresses take none', 'write the value out');
  }
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1] ?? '';
  if (Object.hasOwn(otherKinds, scheme)) {
    return refuse(
      `endpoint of ${scheme}`,
      otherKinds[scheme] ?? '',
      'see docs/plugins.md for what can be asked instead',
    );
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === '')
    return refuse('url', 'it is no address', 'write https://host/path');
  const translation = translateKind({ ...endpoint, url }, scheme, parsed);
  if (translation === undefined) {
    return refuse('url', `Gatus knows no "${scheme.slice(0, 20)}"`, 'write http, https, tcp or tls');
  }
  return { ...translation, notes: [...settings.notes, ...translation.notes] };
}

function translateKind(endpoint: GatusEndpoint, scheme: string, url: URL): Translation | undefined {
  if (scheme === 'http' || scheme === 'https') return httpCheck(endpoint, url);
  if (scheme === 'tcp') return tcpCheck(endpoint, url);
  return scheme === 'tls' ? tlsCheck(endpoint, url) : undefined;
}
