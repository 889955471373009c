import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { controlBucket, killSwitchKey, streams } from '@cortex/contracts';
import type { KillSwitch } from '@cortex/contracts';
import { systemRuntime } from '@cortex/runtime';
import { bucketStream, openBucket } from '../bucket.ts';
import { firstKillSwitch, lostKillSwitch } from '../first-kill-switch.ts';
import type { ConnectOptions, ServerAddress } from './open-connection.ts';
import { openConnection } from './open-connection.ts';
import { BusError } from '../errors.ts';
import type { BusLogger } from '../hooks.ts';
import { makeNatsLink } from './nats-link.ts';
import { isStreamMissing } from '../request.ts';
import type { Durability } from './server-facts.ts';
import { durabilityOf, serverProblems } from './server-facts.ts';
import type { WantedStream } from './wanted-streams.ts';
import { wantedStreams } from './wanted-streams.ts';

export interface ProvisionOptions extends ServerAddress, Pick<ConnectOptions, 'firstConnectTimeoutMs'> {
  /** Copies of every stream in a cluster: 1, 3 or 5. Default 1. */
  readonly replicas?: number;
  /** Upper limit for the length of leases. Default: as the contracts say; only tests want shorter ones. */
  readonly leaseTtlMs?: number;
  /** `http://host:8222`, to learn whether the server syncs before it acks. */
  readonly monitorUrl?: string;
  /** Compares, and changes nothing. */
  readonly checkOnly?: boolean;
  readonly logger?: BusLogger;
}

export interface ProvisionReport {
  readonly server: { readonly version: string; readonly name: string };
  readonly durability: Durability;
  /** Names of streams; those of buckets start with `KV_`. */
  readonly created: readonly string[];
  /** Streams of an earlier version that were given the subjects or limits that they lacked, where that drops nothing. */
  readonly extended: readonly string[];
  readonly unchanged: readonly string[];
  /** Event streams whose newest message the server holds and cannot read: a file of theirs is damaged. */
  readonly damaged: readonly string[];
  /** True when the kill switch was written for the first time, as off. */
  readonly killSwitchInitialised: boolean;
  /** True when its bucket was gone from a store that Cortex had used: it is on then. */
  readonly killSwitchLost: boolean;
}

/** One setting that is not as Cortex needs it. */
export interface Difference {
  readonly stream: string;
  readonly setting: string;
  readonly expected: unknown;
  readonly found: unknown;
  readonly fix: string;
}

export class ProvisionMismatchError extends BusError {
  readonly differences: readonly Difference[];

  constructor(differences: readonly Difference[]) {
    const lines = differences.map(
      ({ stream, setting, expected, found, fix }) =>
        `  ${stream}.${setting}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}. ${fix}`,
    );
    super('CORTEX_PROVISION_MISMATCH', `NATS does not hold what Cortex needs:\n${lines.join('\n')}`);
    this.differences = differences;
  }
}

const inboxPrefix = '_INBOX_cli';
const silent: BusLogger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Creates every stream and bucket that is missing, reads all of them back, and refuses when one is not as declared: an
 * older server silently ignores settings that it does not know.
 */
export async function provision(options: ProvisionOptions): Promise<ProvisionReport> {
  const logger = options.logger ?? silent;
  const connection = await openConnection({ ...options, name: 'cortex-provision', logger }, inboxPrefix);
  try {
    const problems = serverProblems(connection);
    if (problems.length > 0) throw new BusError('CORTEX_PROVISION_SERVER', problems.join('; '));
    const manager = await jetstreamManager(connection, { timeout: 10_000 });
    const wanted = wantedStreams({
      replicas: options.replicas ?? 1,
      longestLeaseMs: options.leaseTtlMs ?? Number.POSITIVE_INFINITY,
    });
    const created: string[] = [];
    const extended: string[] = [];
    const unchanged: string[] = [];
    const differences: Difference[] = [];
    const damaged: string[] = [];
    const isLost = await isControlLost(manager, wanted);
    for (const stream of controlFirst(wanted)) {
      const present = await infoOf(manager, stream.name);
      if (!present && options.checkOnly) {
        differences.push({ stream: stream.name, setting: 'exists', expected: true, found: false, fix: fixes.missing });
        continue;
      }
      const isCreated = !present && (await create(manager, stream));
      const isExtended = present !== undefined && !options.checkOnly && (await bringUpToDate(manager, stream, present));
      if (isExtended) extended.push(stream.name);
      else (isCreated ? created : unchanged).push(stream.name);
      differences.push(...compare(stream, (await manager.streams.info(stream.name)).config));
      if (await isDamaged(manager, stream.name)) damaged.push(stream.name);
    }
    if (differences.length > 0) throw new ProvisionMismatchError(differences);
    const switchAtFirst = isLost ? lostKillSwitch(new Date()) : firstKillSwitch(new Date());
    const isWritten = options.checkOnly ? false : await writeFirst(switchAtFirst, connection, logger);
    const { version = '', server_name: name = '' } = connection.info ?? {};
    const durability = await durabilityOf(version, options.monitorUrl);
    return {
      server: { version, name },
      durability,
      created,
      extended,
      unchanged,
      damaged,
      killSwitchInitialised: isWritten && !isLost,
      killSwitchLost: isLost,
    };
  } finally {
    await connection.close();
  }
}

const eventStreams: ReadonlySet<string> = new Set(Object.values(streams).map(({ name }) => name));
const controlStream = bucketStream(controlBucket.name);

/** Before all others, so that a store that holds one of them, but not this one, has lost it. */
function controlFirst(wanted: readonly WantedStream[]): readonly WantedStream[] {
  return [...wanted].sort((left, right) => Number(right.name === controlStream) - Number(left.name === controlStream));
}

async function isControlLost(manager: JetStreamManager, wanted: readonly WantedStream[]): Promise<boolean> {
  const present = new Set<string>();
  for await (const name of manager.streams.names()) present.add(name);
  return !present.has(controlStream) && wanted.some(({ name }) => present.has(name));
}

async function infoOf(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (isStreamMissing(error)) return undefined;
    throw error;
  }
}

/**
 * An old server (2.9) goes on to write into a file with a wrong byte, acknowledges, and cannot read what it wrote. Of a
 * bucket the newest message may be gone by right: its key was deleted.
 */
async function isDamaged(manager: JetStreamManager, name: string): Promise<boolean> {
  if (!eventStreams.has(name)) return false;
  const { state } = await manager.streams.info(name);
  if (state.messages === 0) return false;
  if (await isReadable(manager, name, state.last_seq)) return false;
  // Its time may have been over meanwhile.
  const { state: later } = await manager.streams.info(name);
  return later.messages > 0 && !(await isReadable(manager, name, later.last_seq));
}

async function isReadable(manager: JetStreamManager, name: string, sequence: number): Promise<boolean> {
  try {
    return (await manager.streams.getMessage(name, { seq: sequence })) !== null;
  } catch (error) {
    if (error instanceof JetStreamApiError) return false;
    throw error;
  }
}

/**
 * False when another provisioner created it in the meantime. A server that handles the same request twice at once
 * refuses the later one because its subjects overlap: those of the very stream that the earlier one made.
 */
async function create(manager: JetStreamManager, stream: WantedStream): Promise<boolean> {
  try {
    await manager.streams.add(stream);
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && (await infoOf(manager, stream.name))) return false;
    const reason = error instanceof JetStreamApiError ? error.message : String(error);
    const fix = /resources|storage/i.test(reason) ? fixes.storage : fixes.create;
    throw new BusError('CORTEX_PROVISION_CREATE', `${stream.name} could not be created: ${reason}. ${fix}`, {
      cause: error,
    });
  }
}

/**
 * A newer Cortex has more subjects, and limits where there were none. Both are set where that loses nothing: a limit only
 * if all that is there fits. A stream that differs otherwise is not changed.
 */
async function bringUpToDate(manager: JetStreamManager, wanted: WantedStream, present: StreamInfo): Promise<boolean> {
  const differences = compare(wanted, present.config);
  if (differences.length === 0 || !differences.every(({ setting }) => isLossless(setting, wanted, present)))
    return false;
  await manager.streams.update(wanted.name, {
    subjects: wanted.subjects,
    max_age: wanted.max_age,
    max_bytes: wanted.max_bytes,
    discard: wanted.discard,
  });
  return true;
}

function isLossless(setting: string, wanted: WantedStream, { config, state }: StreamInfo): boolean {
  switch (setting) {
    case 'subjects':
      return config.subjects.every((subject) => wanted.subjects.includes(subject));
    case 'max_bytes':
      return config.max_bytes < 0 && state.bytes < wanted.max_bytes;
    case 'max_age':
      return config.max_age === 0 && (state.messages === 0 || ageOf(state.first_ts) < wanted.max_age);
    case 'discard':
      // Decides what gives way at a limit, and none of them is reached.
      return isLossless('max_bytes', wanted, { config, state } as StreamInfo) || state.bytes < config.max_bytes;
    default:
      return false;
  }
}

/** In the nanoseconds of the server. */
function ageOf(timestamp: string | Date): number {
  return (Date.now() - new Date(timestamp).getTime()) * 1e6;
}

const fixes = {
  missing: 'Run "cortex provision".',
  storage: 'Give JetStream more room: raise "max_file_store" of nats-server, or free disk space.',
  create: 'Check the server log and the permissions of the provisioning identity.',
  setting: 'Set it with "nats stream edit", or remove the stream if its content may go, and provision again.',
} as const;

/** The differences between the wanted settings and those that the server reports. */
export function compare(wanted: WantedStream, found: Partial<StreamConfig>): readonly Difference[] {
  const differences: Difference[] = [];
  for (const [setting, expected] of Object.entries(wanted)) {
    if (setting === 'description') continue;
    const value: unknown = Reflect.get(found, setting);
    // The server leaves out fields that are false.
    const actual = typeof expected === 'boolean' ? (value ?? false) : value;
    if (JSON.stringify(sorted(actual)) === JSON.stringify(sorted(expected))) continue;
    differences.push({
      stream: wanted.name,
      setting,
      expected,
      found: actual,
      fix: fixOf(wanted.name, setting, expected),
    });
  }
  return differences;
}

/** A limit that would drop what is there is set by a human, who has looked at it. */
function fixOf(stream: string, setting: string, expected: unknown): string {
  const edit = `nats stream edit ${stream}`;
  if (setting === 'max_bytes')
    return `What is above the limit would go: save it, then "${edit} --max-bytes=${expected}".`;
  if (setting === 'max_age') {
    return `What is older would go: save it, then "${edit} --max-age=${Number(expected) / 1e9}s".`;
  }
  return fixes.setting;
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value;
}

/** Only if there never was a record: a switch that a person set must not be changed. */
async function writeFirst(first: KillSwitch, connection: NatsConnection, logger: BusLogger): Promise<boolean> {
  const link = await makeNatsLink(
    connection,
    {
      runtime: systemRuntime,
      source: '/cortex/cli',
      instance: 'cortex-provision',
      logger,
      hooks: {},
      closing: new AbortController().signal,
    },
    inboxPrefix,
  );
  const bucket = await openBucket(link, controlBucket);
  const written = await bucket.createFirst(killSwitchKey, first);
  return written.ok;
}
