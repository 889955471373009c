import { verifyLive } from '@cortex/audit';
import type { ExecutionRecord, Incident } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import type { LoggedEvent } from '../system/support/event-log.ts';
import { auditedMessages, executionsOf, incidentsOf } from '../system/support/facts.ts';
import type { Patient } from '../system/support/site.ts';
import { effectsOn, type Effect } from './site/effects.ts';
import type { FaultSite, SiteNats, Span, Switched } from './site/fault-site.ts';
import type { HealthSample } from './site/health-samples.ts';
import type { ReceivedPage } from './site/pages.ts';

/** What really happened, by witnesses: targets, streams, journal, receiver of pages, samples of health. */
export interface Evidence {
  readonly patients: readonly Patient[];
  readonly effects: readonly Effect[];
  readonly executions: readonly ExecutionRecord[];
  readonly incidents: readonly Incident[];
  readonly events: readonly LoggedEvent[];
  readonly pages: readonly ReceivedPage[];
  readonly samples: readonly HealthSample[];
  readonly switched: readonly Switched[];
  readonly blind: readonly Span[];
  /** Of each service, how many of its instances may be worked on at once. */
  readonly maxUnavailable: number;
  /** What is wrong with the audit trail. */
  readonly audit: readonly string[];
}

export async function evidenceOf(site: FaultSite<SiteNats>): Promise<Evidence> {
  const audit = await auditProblems(site);
  const { patients, log, pages, samples, switched, blind, bus } = site;
  return {
    patients,
    effects: effectsOn(patients),
    executions: await executionsOf(bus),
    incidents: await incidentsOf(bus),
    events: log.events,
    pages,
    samples,
    switched,
    blind,
    maxUnavailable: 1,
    audit,
  };
}

/** Waits until the trail holds every event that is known now. */
async function auditProblems({ bus, log }: FaultSite<SiteNats>): Promise<readonly string[]> {
  const wanted = log.events.map(({ stream, sequence }) => `${stream}:${sequence}`);
  let missing: readonly string[] = wanted;
  try {
    await eventually(
      async () => {
        const recorded = await auditedMessages(bus);
        missing = wanted.filter((message) => !recorded.has(message));
        return missing.length === 0;
      },
      { timeoutMs: 30_000, intervalMs: 300 },
    );
  } catch {
    return [`the audit lacks ${missing.length} events, the first is ${missing[0]}`];
  }
  const { ok, problems } = await verifyLive(bus);
  return ok ? [] : problems.map((problem) => `the audit chain: ${JSON.stringify(problem)}`);
}
