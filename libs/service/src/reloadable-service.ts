import { CortexError, messageOf } from '@cortex/errors';
import type { Bucket, Consumption } from '@cortex/bus';
import { secretReferencesIn } from '@cortex/config';
import {
  escapeToken,
  reloadBucket,
  reloadRequestKey,
  runningConfigurationBucket,
  runningConfigurationTtlMs,
  type ReloadRequest,
  type RunningConfiguration,
} from '@cortex/contracts';
import { systemRuntime, type RuntimeTimer } from '@cortex/runtime';
import { unreadableSecrets } from '@cortex/secrets';
import { openHost, startLife, type Host, type HostOptions, type Life } from './life.ts';
import { readConfiguration, type ReadConfiguration } from './load-configuration.ts';
import type { ServiceDefinition } from './ports.ts';

export interface ReloadableService {
  readonly port: number;
  /** What `/readyz` says. */
  isReady(): boolean;
  /** Rejects when the app could be started with neither the new configuration nor the one before. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

export interface ReloadableOptions extends HostOptions {
  /** What it begins with; a request makes it read the files of CORTEX_CONFIG again. */
  readonly read: ReadConfiguration;
}

type Outcome = NonNullable<RunningConfiguration['reload']>;

/**
 * How long a change waits for what is under way. A running handler is never joined by one of the next life: what takes
 * longer than the longest usual step ends with the process, as in a crash, and is taken up again from its journal.
 */
const patienceMs = 330_000;
/** The longest reason that a record holds; a report of many mistakes is cut. */
const mostReason = 3_900;

/**
 * Runs an app, and on request runs it again with a changed configuration, in the same process and on the same port: drain,
 * stop, start. What is under way is durable, as for any restart. A request names the digest of the files that were
 * validated as a whole; a service takes those files or none, and keeps what it runs when it cannot read them or start.
 */
export async function startReloadableService(
  definition: ServiceDefinition,
  { read, ...options }: ReloadableOptions,
): Promise<ReloadableService> {
  // Before the start, which takes a while: a request of meanwhile is not an old one.
  const readAt = systemRuntime.now();
  const host = await openHost(definition, options);
  const service = new Reloadable(host, read, readAt);
  await service.begin();
  return {
    port: host.port,
    isReady: () => host.current.isReady?.() === true,
    failed: service.failed,
    stop: () => service.stop(),
  };
}

class Reloadable {
  readonly failed: Promise<never>;
  readonly #host: Host;
  #fail: (error: unknown) => void = () => undefined;
  #running: ReadConfiguration;
  #since: Date;
  #life: Life | undefined;
  #records: Bucket<RunningConfiguration> | undefined;
  #watch: Consumption | undefined;
  #renewal: RuntimeTimer | undefined;
  #outcome: Outcome | undefined;
  /** The request that was taken in last, so that a new watch does not take it in again. */
  #seen: string | undefined;
  /** One request after the other. */
  #work: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(host: Host, running: ReadConfiguration, since: Date) {
    this.#host = host;
    this.#running = running;
    this.#since = since;
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    // Whoever embeds the service may not listen.
    this.failed.catch(() => undefined);
  }

  async begin(): Promise<void> {
    await this.#start(this.#running);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#work;
    const { instance } = this.#life?.context ?? {};
    await this.#end(async () => {
      if (instance !== undefined) await this.#records?.delete(escapeToken(instance));
    });
    await this.#host.http.close();
  }

  async #start(read: ReadConfiguration): Promise<void> {
    const life = await startLife(this.#host, read.configuration);
    const { bus } = life.context;
    this.#life = life;
    this.#records = await bus.bucket(runningConfigurationBucket);
    await this.#announce();
    this.#renewal = systemRuntime.every(
      runningConfigurationTtlMs / 3,
      () => void this.#announce().catch(this.#onTrouble),
    );
    const requests = await bus.bucket(reloadBucket);
    this.#watch = await requests.watch((key, entry) => {
      if (key === reloadRequestKey && entry !== undefined) this.#onRequest(entry.value);
    });
  }

  async #end(before: () => Promise<void>, waitMs?: number): Promise<boolean> {
    this.#renewal?.cancel();
    await Promise.all([this.#watch?.stop(), before().catch(this.#onTrouble)]);
    this.#watch = undefined;
    this.#records = undefined;
    const hasDrained = await this.#life?.stop(waitMs);
    this.#life = undefined;
    return hasDrained !== false;
  }

  #onRequest(request: ReloadRequest): void {
    const step = `${request.id} ${request.step}`;
    const isOld = this.#seen === undefined && Date.parse(request.at) < this.#since.getTime();
    if (this.#seen === step || isOld) return;
    this.#seen = step;
    this.#work = this.#work.then(() => this.#answer(request)).catch(this.#fail);
  }

  async #answer(request: ReloadRequest): Promise<void> {
    if (this.#isStopping) return;
    const { logger, definition, environment } = this.#host;
    const { id, digest, step } = request;
    if (digest === this.#running.digest) return this.#tell({ id, outcome: 'unchanged' });
    let next: ReadConfiguration;
    try {
      next = await readConfiguration(environment.CORTEX_CONFIG, definition.plugins);
    } catch (error) {
      return this.#refuse(id, messageOf(error));
    }
    if (next.digest !== digest) {
      return this.#refuse(
        id,
        `it reads ${environment.CORTEX_CONFIG}, and the files there are not those that were validated`,
      );
    }
    const { secretsIn } = definition;
    // One that was missing before is no news.
    const known = new Set(secretReferencesIn(secretsIn?.(this.#running.configuration)));
    const references = secretReferencesIn(secretsIn?.(next.configuration));
    const missing = await unreadableSecrets(references.filter((reference) => !known.has(reference)));
    if (missing.length > 0) return this.#refuse(id, missing.map(({ message }) => message).join('; '));
    if (step === 'check') return this.#tell({ id, outcome: 'ready' });
    await this.#tell({ id, outcome: 'under_way' });
    logger.info({ by: request.by, digest }, 'taking the changed configuration');
    await this.#change(id, next);
  }

  async #change(id: string, next: ReadConfiguration): Promise<void> {
    const { logger } = this.#host;
    const before = { running: this.#running, since: this.#since };
    if (!(await this.#end(async () => undefined, patienceMs))) {
      throw new CortexError('CORTEX_SERVICE_DRAIN', `handlers still run after ${patienceMs / 1_000} s`);
    }
    try {
      this.#running = next;
      this.#since = systemRuntime.now();
      this.#outcome = { id, outcome: 'applied' };
      await this.#start(next);
      logger.info({ digest: next.digest }, 'the changed configuration is in use');
    } catch (error) {
      logger.error({ err: error }, 'cannot run with the changed configuration; going back to the one before');
      this.#running = before.running;
      this.#since = before.since;
      this.#outcome = { id, outcome: 'refused', reason: messageOf(error).slice(0, mostReason) };
      await this.#end(async () => undefined);
      await this.#start(before.running);
    }
  }

  async #refuse(id: string, reason: string): Promise<void> {
    this.#host.logger.warn({ reason }, 'the changed configuration is refused; nothing changes');
    await this.#tell({ id, outcome: 'refused', reason: reason.slice(0, mostReason) });
  }

  async #tell(outcome: Outcome): Promise<void> {
    this.#outcome = outcome;
    // A record that cannot be written is no reason to end: the next renewal writes it.
    await this.#announce().catch(this.#onTrouble);
  }

  async #announce(): Promise<void> {
    const { context } = this.#life ?? {};
    if (context === undefined) return;
    await this.#records?.put(escapeToken(context.instance), {
      service: context.name,
      instance: context.instance,
      digest: this.#running.digest,
      file: this.#host.environment.CORTEX_CONFIG,
      since: this.#since.toISOString(),
      ...(this.#outcome === undefined ? {} : { reload: this.#outcome }),
    });
  }

  readonly #onTrouble = (error: unknown): void =>
    this.#host.logger.warn({ err: error }, 'cannot tell which configuration is in use');
}
