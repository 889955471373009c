import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { controlBucket, killSwitchKey } from '@cortex/contracts';
import { systemRuntime } from '@cortex/runtime';
import { openBucket } from '../bucket.ts';
import { firstKillSwitch } from '../first-kill-switch.ts';
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
  /** Streams of an earlier version that were given their missing subjects; nothing else is ever changed. */
  readonly extended: readonly string[];
  readonly unchanged: readonly string[];
  /** True when the kill switch was written for the first time, as off. */
  readonly killSwitchInitialised: boolean;
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
    for (const stream of wanted) {
      const present = await infoOf(manager, stream.name);
      if (!present && options.checkOnly) {
        differences.push({ stream: stream.name, setting: 'exists', expected: true, found: false, fix: fixes.missing });
        continue;
      }
      const isCreated = !present && (await create(manager, stream));
      const isExtended = present !== undefined && !options.checkOnly && (await addSubjects(manager, stream, present));
      if (isExtended) extended.push(stream.name);
      else (isCreated ? created : unchanged).push(stream.name);
      differences.push(...compare(stream, (await manager.streams.info(stream.name)).config));
    }
    if (differences.length > 0) throw new ProvisionMismatchError(differences);
    const killSwitchInitialised = options.checkOnly ? false : await initialiseKillSwitch(connection, logger);
    const { version = '', server_name: name = '' } = connection.info ?? {};
    const durability = await durabilityOf(version, options.monitorUrl);
    return { server: { version, name }, durability, created, extended, unchanged, killSwitchInitialised };
  } finally {
    await connection.close();
  }
}

async function infoOf(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (isStreamMissing(error)) return undefined;
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

/** A newer Cortex has more subjects: adding them loses nothing. A stream that differs otherwise is not changed. */
async function addSubjects(manager: JetStreamManager, wanted: WantedStream, present: StreamConfig): Promise<boolean> {
  const subjects = wanted.subjects ?? [];
  const lacksOnlySubjects =
    compare(wanted, present).every(({ setting }) => setting === 'subjects') &&
    present.subjects.length < subjects.length &&
    present.subjects.every((subject) => subjects.includes(subject));
  if (!lacksOnlySubjects) return false;
  await manager.streams.update(wanted.name, { subjects: [...subjects] });
  return true;
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
    differences.push({ stream: wanted.name, setting, expected, found: actual, fix: fixes.setting });
  }
  return differences;
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value;
}

/** Off, but only if there never was a record: a switch that a person set must not be changed. */
async function initialiseKillSwitch(connection: NatsConnection, logger: BusLogger): Promise<boolean> {
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
  const written = await bucket.createFirst(killSwitchKey, firstKillSwitch(new Date()));
  return written.ok;
}
