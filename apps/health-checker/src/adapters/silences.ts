import type { Bus } from '@cortex/bus';
import { silenceBucket, type Silence } from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import { findSilence, isSilenceActive, silencesCheck } from '@cortex/suppression';
import type { Logger } from 'pino';
import type { FindSuppression } from '../suppressions.ts';

/** The silences that people set, and when they end. */
export interface Silences {
  readonly findSuppression: FindSuppression;
  /** Calls back whenever a silence has ended or was lifted. The returned function unsubscribes. */
  onEnd(listener: () => void): () => void;
  stop(): Promise<void>;
}

/** How often to look for silences that began or ended by the clock. */
const lookEveryMs = 250;

/** Follows the silences in their bucket. An unreadable silence suppresses nothing: a check too many does less harm. */
export async function followSilences(
  bus: Bus,
  logger: Pick<Logger, 'info' | 'warn'>,
  { now, every }: Pick<Runtime, 'now' | 'every'>,
): Promise<Silences> {
  const silences = new Map<string, Silence>();
  const listeners = new Set<() => void>();
  const active = new Map<string, Silence>();

  function look(): void {
    const at = now().toISOString();
    for (const [id, silence] of silences) {
      if (!isSilenceActive(silence, at)) continue;
      if (!active.has(id)) logger.info({ silence }, 'checks are suppressed: a silence began');
      active.set(id, silence);
    }
    const ended = [...active.values()].filter(({ id }) => {
      const silence = silences.get(id);
      return silence === undefined || !isSilenceActive(silence, at);
    });
    for (const silence of ended) {
      active.delete(silence.id);
      logger.info({ silence }, 'checks run again: a silence ended');
    }
    if (ended.length > 0) for (const listener of listeners) listener();
  }

  const bucket = await bus.bucket(silenceBucket);
  const watch = await bucket.watch(
    (key, entry) => {
      if (entry === undefined) silences.delete(key);
      else silences.set(key, entry.value);
      look();
    },
    {
      onInvalid(key, error) {
        logger.warn({ key, err: error }, 'a silence that cannot be read suppresses no check');
        silences.delete(key);
        look();
      },
    },
  );
  const timer = every(lookEveryMs, look);
  return {
    findSuppression({ name, target }, at) {
      if (active.size === 0) return undefined;
      const silence = findSilence(active.values(), at.toISOString(), (one) => silencesCheck(one, target, name));
      return silence === undefined ? undefined : `silence ${silence.id} of ${silence.by}`;
    },
    onEnd(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      timer.cancel();
      await watch.stop();
    },
  };
}
