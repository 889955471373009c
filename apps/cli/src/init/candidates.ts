import type { Container } from './containers.ts';
import type { Listener } from './listeners.ts';

/** A service that a configuration may watch. */
export interface Candidate {
  /** A valid name, unique among all. */
  readonly name: string;
  readonly host: string;
  readonly ports: readonly number[];
  /** Who it is, for the reader. */
  readonly about: string;
  /** How it is restarted; absent: it is only watched. */
  readonly restart?: { readonly unit: string } | { readonly container: string; readonly program: string };
}

/** Above are those that the system gives to whoever asks: debuggers, editors, tests. */
const firstEphemeralPort = 32_768;
const mostPorts = 3;

/** Without these nobody could reach the machine any more to mend it. */
const neverRestarted = /^(ssh|sshd|systemd-.*|NetworkManager|dbus|containerd|docker|podman)(\.service)?$/;
const forwarders = new Set(['docker-proxy', 'rootlessport', 'conmon']);

/** What is worth watching of all that listens: services of systemd, containers, and programs on fixed ports. */
export function candidatesOf(listeners: readonly Listener[], containers: readonly Container[]): readonly Candidate[] {
  const published = new Set(containers.flatMap(({ ports }) => ports));
  const groups = new Map<string, Listener[]>();
  for (const listener of listeners) {
    if (published.has(listener.port) || !isWorthWatching(listener)) continue;
    const key = listener.unit ?? listener.program ?? `port-${listener.port}`;
    groups.set(key, [...(groups.get(key) ?? []), listener]);
  }
  const names = new Set<string>();
  return [
    ...[...groups].map(([key, group]) => listening(uniqueName(key, names), group)),
    ...containers.filter(({ ports }) => ports.length > 0).map((one) => contained(uniqueName(one.name, names), one)),
  ].sort((left, right) => left.name.localeCompare(right.name));
}

function isWorthWatching({ port, unit, program, commandLine }: Listener): boolean {
  if (forwarders.has(program ?? '') || isCortex(commandLine ?? '')) return false;
  return unit !== undefined || port < firstEphemeralPort;
}

/** Cortex watches itself by other means. */
function isCortex(commandLine: string): boolean {
  return /apps\/[a-z-]+\/dist\/main\.js|\.cortex\/|\bcortex (up|demo)\b/.test(commandLine);
}

function listening(name: string, group: readonly Listener[]): Candidate {
  const [first] = group;
  const unit = first?.unit;
  const restartable = unit !== undefined && !neverRestarted.test(unit);
  const ports = [...new Set(group.map(({ port }) => port))].sort((left, right) => left - right).slice(0, mostPorts);
  return {
    name,
    host: reachable(group.map(({ address }) => address)),
    ports,
    about: [first?.program ?? 'a process of another user', unit, `port ${ports.join(', ')}`].filter(Boolean).join(', '),
    ...(restartable ? { restart: { unit } } : {}),
  };
}

function contained(name: string, container: Container): Candidate {
  const ports = container.ports.slice(0, mostPorts);
  return {
    name,
    host: '127.0.0.1',
    ports,
    about: `${container.runtime} container of ${container.image}, port ${ports.join(', ')}`,
    restart: { container: container.name, program: container.program },
  };
}

/** An address by which this machine itself gets there. */
function reachable(addresses: readonly string[]): string {
  const isOpen = addresses.some((address) => ['0.0.0.0', '::', '127.0.0.1'].includes(address));
  if (isOpen) return '127.0.0.1';
  const [first = '127.0.0.1'] = addresses;
  // A host of the configuration begins with a letter or a digit.
  return first === '::1' ? 'localhost' : first;
}

function uniqueName(key: string, taken: Set<string>): string {
  const plain = key
    .replace(/\.service$/, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  const base = plain === '' ? 'service' : plain.slice(0, 60);
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
  taken.add(name);
  return name;
}
