import type { Bus } from '@cortex/bus';
import {
  healthChecked,
  type CheckDefinition,
  type CheckOutcome,
  type CheckTier,
  type CortexConfiguration,
  type CortexEvent,
} from '@cortex/contracts';
import { findSilence, suppressingWindow, silencesCheck } from '@cortex/suppression';
import type { EventFeed } from '../live/event-feed.ts';
import type { CheckList, CheckState } from '@cortex/api';
import type { SilenceIndex } from './silence-index.ts';
import { WatchedCheck } from './watched-check.ts';

export interface CheckFilter {
  readonly service?: string | undefined;
  readonly instance?: string | undefined;
  readonly tier?: CheckTier | undefined;
  readonly failing?: boolean;
}

/** The newest results of every configured check, failing ones first. */
export interface CheckIndex {
  list(filter: CheckFilter, limit: number, now: Date): CheckList;
  stop(): Promise<void>;
}

/** The number of newest messages of the stream to read back at the start. */
const messagesReadBack = 300_000;

const order: readonly CheckState[] = ['failing', 'unknown', 'paused', 'passing'];

/** Resolves before earlier results are read back: they are added in the background. */
export async function startCheckIndex(
  bus: Bus,
  {
    feed,
    config,
    silences,
  }: {
    readonly feed: Pick<EventFeed, 'listen'>;
    readonly config: Pick<CortexConfiguration, 'checks' | 'safety'>;
    readonly silences: Pick<SilenceIndex, 'list'>;
  },
): Promise<CheckIndex> {
  const checks = new Map(config.checks.map((check) => [check.name, new WatchedCheck(check)]));
  const take = (outcome: CheckOutcome): void => checks.get(outcome.check)?.take(outcome);
  const unlisten = feed.listen((event) => {
    if (isResult(event)) take(event.data);
  });
  let finish: () => void = () => {};
  const caughtUp = new Promise<void>((resolve) => (finish = resolve));
  const { sequence } = await bus.appendLog('SIGNALS', 'cortex.health.checked.console').end();
  const reading = await bus.read({
    event: healthChecked,
    from: { afterSequence: Math.max(0, sequence - messagesReadBack) },
    handle: ({ data }) => take(data),
    onCaughtUp: finish,
  });
  // From here on the feed has all results.
  void caughtUp.then(() => reading.stop());

  return {
    list(filter, limit, now) {
      const pauseOf = suppressionFinder(config.safety, silences, now);
      const fitting = [...checks.values()]
        .filter((check) => fits(check, filter))
        .map((check) => ({ check, state: check.state(pauseOf(check.definition), now.getTime()) }));
      const counts = { failing: 0, unknown: 0, paused: 0, passing: 0 };
      for (const { state } of fitting) counts[state] += 1;
      const wanted = fitting
        .filter(({ state }) => filter.failing !== true || state === 'failing')
        .sort((left, right) => order.indexOf(left.state) - order.indexOf(right.state));
      return {
        checks: wanted.slice(0, limit).map(({ check }) => check.view(pauseOf(check.definition), now.getTime())),
        total: wanted.length,
        counts,
      };
    },
    async stop() {
      unlisten();
      await reading.stop();
    },
  };
}

function isResult(event: CortexEvent): event is CortexEvent<'health.checked'> {
  return event.type === healthChecked.type;
}

function fits({ definition: { target, tier } }: WatchedCheck, filter: CheckFilter): boolean {
  return (
    (filter.service === undefined || target.service === filter.service) &&
    (filter.instance === undefined || target.instance === filter.instance) &&
    (filter.tier === undefined || tier === filter.tier)
  );
}

/** Finds why a check is suppressed now, as the health-checker does. */
function suppressionFinder(
  { maintenanceWindows }: CortexConfiguration['safety'],
  silences: Pick<SilenceIndex, 'list'>,
  now: Date,
): (check: Pick<CheckDefinition, 'name' | 'target'>) => string | undefined {
  const at = now.toISOString();
  const silenced = silences.list(now).silences;
  const windows = new Map<string, string | undefined>();
  return ({ name, target }) => {
    const silence = findSilence(silenced, at, (one) => silencesCheck(one, target, name));
    if (silence !== undefined) return `silence ${silence.id} of ${silence.by}`;
    const { service } = target;
    if (!windows.has(service)) windows.set(service, suppressingWindow(maintenanceWindows, service, at)?.name);
    const window = windows.get(service);
    return window === undefined ? undefined : `maintenance window ${window}`;
  };
}
