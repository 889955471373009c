import type { Container } from './containers.ts';
import type { Listener } from './listeners.ts';
import { nameOfProcess, searchableName } from './process-name.ts';

/** A service that a configuration may watch. */
export interface Candidate {
  /** A valid name, unique among all. */
  readonly name: string;
  readonly host: string;
  readonly ports: readonly number[];
  /** Who it is, for the reader. */
  readonly about: string;
  /** A name that its process is found by, and no other that was seen; absent where there is none. */
  readonly process?: string;
  /** How it is restarted; absent: it is only watched. */
  readonly restart?: { readonly unit: string } | { readonly container: string; readonly program: string };
}

/** Above are those that the system gives to whoever asks: debuggers, editors, tests. */
const firstEphemeralPort = 32_768;
const mostPorts = 3;

/** Without these nobody could reach the machine any more to mend it. */
const neverRestarted = /^(ssh|sshd|systemd-.*|NetworkManager|dbus|containerd|docker|podman)(\.service)?$/;
const forwarders = new Set(['docker-proxy', 'rootlessport', 'conmon']);

/** What is worth watching of all that listens: services of systemd, containers, and the processes on fixed ports, each by itself. */
export function candidatesOf(listeners: readonly Listener[], containers: readonly Container[]): readonly Candidate[] {
  const published = new Set(containers.flatMap(({ ports }) => ports));
  const groups = groupsOf(listeners.filter((one) => !published.has(one.port) && isWorthWatching(one)));
  const searchable = groups.map(([first]) => (first === undefined ? undefined : searchableName(first)));
  const names = new Set<string>();
  return [
    ...groups.map((group, index) => {
      const process = searchable[index];
      const isUnique = searchable.indexOf(process) === searchable.lastIndexOf(process);
      return listening(uniqueName(keyOf(group), names, portsOf(group)[0]), group, isUnique ? process : undefined);
    }),
    ...containers
      .filter(({ ports }) => ports.length > 0)
      .map((one) => contained(uniqueName(one.name, names, one.ports[0]), one)),
  ].sort((left, right) => left.name.localeCompare(right.name));
}

/** The sockets of one unit, or of one process; workers that share a port are one, too. */
function groupsOf(listeners: readonly Listener[]): readonly (readonly Listener[])[] {
  const groups: Listener[][] = [];
  for (const listener of listeners) {
    const isSame = (other: Listener): boolean =>
      listener.unit === undefined && other.unit === undefined
        ? other.port === listener.port || (listener.pid !== undefined && other.pid === listener.pid)
        : other.unit === listener.unit;
    const same = groups.filter((group) => group.some(isSame));
    const [first = []] = same;
    if (same.length === 0) groups.push(first);
    for (const other of same.slice(1)) first.push(...groups.splice(groups.indexOf(other), 1).flat());
    first.push(listener);
  }
  return groups;
}

function keyOf([first]: readonly Listener[]): string {
  if (first === undefined) return '';
  return first.unit ?? nameOfProcess(first) ?? `port-${first.port}`;
}

function portsOf(group: readonly Listener[]): readonly number[] {
  return [...new Set(group.map(({ port }) => port))].sort((left, right) => left - right);
}

function isWorthWatching({ port, unit, program, argv = [] }: Listener): boolean {
  if (forwarders.has(program ?? '') || isCortex(argv.join(' '))) return false;
  return unit !== undefined || port < firstEphemeralPort;
}

/** Cortex watches itself by other means. */
function isCortex(commandLine: string): boolean {
  return /apps\/[a-z-]+\/dist\/main\.js|\.cortex\/|\bcortex (up|demo)\b/.test(commandLine);
}

function listening(name: string, group: readonly Listener[], process: string | undefined): Candidate {
  const [first] = group;
  const unit = first?.unit;
  const restartable = unit !== undefined && !neverRestarted.test(unit);
  const ports = portsOf(group).slice(0, mostPorts);
  const place = unit === undefined && first?.cwd !== undefined && first.cwd !== '/' ? `in ${first.cwd}` : unit;
  return {
    name,
    host: reachable(group.map(({ address }) => address)),
    ports,
    about: [first?.program ?? 'a process of another user', place, `port ${ports.join(', ')}`]
      .filter(Boolean)
      .join(', '),
    ...(process === undefined ? {} : { process }),
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

/** Of two that are called the same the second is told by its port. */
function uniqueName(key: string, taken: Set<string>, port: number | undefined): string {
  const plain = key
    .replace(/\.service$/, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  const base = plain === '' ? 'service' : plain.slice(0, 60);
  const own = port === undefined || !taken.has(base) ? base : `${base}-${port}`;
  let name = own;
  for (let number = 2; taken.has(name); number += 1) name = `${own}-${number}`;
  taken.add(name);
  return name;
}
