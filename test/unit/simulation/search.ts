import fc from 'fast-check';
import { incidentBucket } from '@cortex/contracts';
import { violationsOf } from './invariants/invariants.ts';
import { schedules } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { simulate } from './simulate.ts';
import type { Site } from './site.ts';

const storyLines = 200;

export interface SearchOptions {
  readonly runs: number;
  readonly seed: number;
  /** Ends at the first violation instead of looking for the smallest schedule that leads to it. */
  readonly isQuick?: boolean;
  readonly onRun?: (done: number) => void;
}

export type SearchResult =
  | { readonly ok: true; readonly met: Met }
  | {
      readonly ok: false;
      /** By invariant. */
      readonly violations: ReadonlyMap<string, readonly string[]>;
      /** The smallest that was found. */
      readonly schedule: Schedule;
      readonly story: string;
    };

/** What all runs together have met: a search that met none of it would prove nothing. */
export type Met = Record<'effects' | 'undone' | 'resolved' | 'escalated' | 'crashes', number>;

/** Runs random schedules and holds every invariant against what came of each; one that violates any is shrunk. */
export async function search({ runs, seed, isQuick = false, onRun }: SearchOptions): Promise<SearchResult> {
  const met: Met = { effects: 0, undone: 0, resolved: 0, escalated: 0, crashes: 0 };
  let done = 0;
  const holds = fc.asyncProperty(schedules, async (schedule) => {
    const site = await simulate(schedule);
    done += 1;
    onRun?.(done);
    note(met, site);
    return violationsOf(site).size === 0;
  });
  const details = await fc.check(holds, { numRuns: runs, seed, endOnFailure: isQuick });
  if (!details.failed) return { ok: true, met };
  const [schedule] = details.counterexample ?? [];
  if (schedule === undefined) throw new Error('the search was interrupted', { cause: details.errorInstance });
  // What threw instead of violating anything throws again here, with its own stack.
  const site = await simulate(schedule);
  return { ok: false, violations: violationsOf(site), schedule, story: site.story(storyLines) };
}

/** A failed search in words. */
export function describeFailure({
  violations,
  schedule,
  story,
}: Extract<SearchResult, { readonly ok: false }>): string {
  const list = [...violations].map(([name, all]) => `"${name}":\n  ${all.slice(0, 5).join('\n  ')}`);
  return `violated ${list.join('\n')}\n${story}\nschedule: ${JSON.stringify(schedule)}`;
}

function note(met: Met, site: Site): void {
  const statuses = site.values(incidentBucket).map(([, { incident }]) => incident.status);
  met.effects += site.effects.length;
  met.undone += site.effects.filter(({ phase }) => phase === 'rollback').length;
  met.resolved += statuses.filter((status) => status === 'resolved').length;
  met.escalated += statuses.filter((status) => status === 'escalated').length;
  met.crashes += site.crashes;
}
