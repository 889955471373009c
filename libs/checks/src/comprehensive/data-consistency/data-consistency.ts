import { CortexError } from '@cortex/errors';
import { keepsTo } from '../../bound.ts';
import { defineCheck } from '../../define-check.ts';
import type { CheckContext } from '../../define-check.ts';
import { connectionFailures } from '../../failures.ts';
import { resolvePostgresAddress } from '../../postgres/postgres-address.ts';
import { isOurMistake, PostgresError } from '../../postgres/connection.ts';
import type { PostgresSession, SessionLimits } from '../../postgres/connection.ts';
import { withReadOnlySession } from '../../postgres/read-only-session.ts';
import { Params } from './params.ts';
import type { Reference, Source } from './params.ts';
import { existingKeys, sampleKeys } from './source-rows.ts';

const maxNamedOrphans = 10;

interface Verdict {
  readonly reference: Reference;
  readonly sampled: number;
  /** One entry per row of the sample. */
  readonly orphans: readonly string[];
}

type Look = <Result>(
  source: string,
  work: (session: PostgresSession, source: Source) => Promise<Result>,
) => Promise<Result>;

/** Spec 2.3. Reads only, each source in a read-only transaction of its own. */
export const dataConsistency = defineCheck({
  name: 'data_consistency',
  summary: 'What rows of one service refer to exists in the other, by samples picked at random',
  tier: 'comprehensive',
  params: Params,
  failures: ['… of … sampled … (…%) do not exist as …, expected …: …', ...connectionFailures],
  example: `name: shop-orders
type: data_consistency
service: shop
check_type: cross_service_validation
services: [users, orders]
validation: referential_integrity
sample_size: 100
sources:
  users: { connection: 'env:USERS_DATABASE_URL', table: users }
  orders: { connection: 'env:ORDERS_DATABASE_URL', table: orders, written_at: created_at }
references:
  - { from: orders.user_id, to: users.id }`,
  async run(params, context) {
    const { signal, timeoutMs, redactor } = context;
    const look = lookInto(params, context, { signal, timeoutMs, applicationName: 'cortex/data_consistency' });
    const verdicts: Verdict[] = [];
    try {
      for (const reference of params.references) {
        const verdict = await findOrphans(reference, params, look);
        // Redacted before they are cut: half a secret would not be found.
        verdicts.push({ ...verdict, orphans: verdict.orphans.map((key) => redactor.text(key)) });
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof SourceError) || isOurMistake(error.reason)) throw error;
      return { passed: false, detail: `${error.source}: ${error.reason.message}`, evidence: { source: error.source } };
    }
    const broken = verdicts.filter(({ orphans, sampled }) => !isTolerated(orphans.length, sampled, params));
    const detail = (broken.length > 0 ? broken : verdicts).map((verdict) => describe(verdict, params)).join('; ');
    const evidence = {
      references: verdicts.map(({ reference: { from, to }, sampled, orphans }) => {
        const examples = namedOrphans(orphans);
        return { from: from.text, to: to.text, sampled, orphans: orphans.length, examples };
      }),
    };
    return { passed: broken.length === 0, detail, evidence };
  },
});

/** Names the source of the error. */
class SourceError extends CortexError {
  readonly source: string;
  readonly reason: PostgresError;

  constructor(source: string, reason: PostgresError) {
    super(reason.code, `${source}: ${reason.message}`);
    this.source = source;
    this.reason = reason;
  }
}

function lookInto({ sources }: Params, context: CheckContext, limits: SessionLimits): Look {
  return async (name, work) => {
    const source = sources[name];
    if (source === undefined) throw new CortexError('CORTEX_CHECK_NOT_MADE', `there is no source "${name}"`);
    const address = await resolvePostgresAddress(source.connection, context);
    try {
      return await withReadOnlySession(address, limits, (session) => work(session, source));
    } catch (error) {
      throw error instanceof PostgresError ? new SourceError(name, error) : error;
    }
  };
}

async function findOrphans(reference: Reference, { sample_size, in_flight }: Params, look: Look): Promise<Verdict> {
  const { from, to } = reference;
  const order = { column: from.column, size: sample_size, inFlightMs: in_flight };
  const sample = await look(from.source, (session, source) => sampleKeys(session, source, order));
  const existing = (name: string, column: string, keys: readonly string[]): Promise<ReadonlySet<string>> =>
    look(name, (session, source) => existingKeys(session, source, column, keys));
  const keys = [...new Set(sample)];
  if (keys.length === 0) return { reference, sampled: 0, orphans: [] };
  const parents = await existing(to.source, to.column, keys);
  const suspects = keys.filter((key) => !parents.has(key));
  if (suspects.length === 0) return { reference, sampled: sample.length, orphans: [] };
  // Both may have been deleted between the two reads, or the parent may just have been added.
  const still = await existing(from.source, from.column, suspects);
  const late = await existing(to.source, to.column, suspects);
  const orphans = new Set(suspects.filter((key) => still.has(key) && !late.has(key)));
  return { reference, sampled: sample.length, orphans: sample.filter((key) => orphans.has(key)) };
}

function isTolerated(orphans: number, sampled: number, { orphans: bound }: Params): boolean {
  if (orphans === 0) return true;
  return bound !== undefined && keepsTo((100 * orphans) / sampled, bound);
}

function describe({ reference: { from, to }, sampled, orphans }: Verdict, { orphans: bound }: Params): string {
  if (sampled === 0) return `${from.text} has no rows to look at`;
  if (orphans.length === 0) return `all ${sampled} sampled ${from.text} exist as ${to.text}`;
  const percent = ((100 * orphans.length) / sampled).toFixed(1);
  const examples = namedOrphans(orphans).join(', ');
  const expected = bound === undefined ? 'none' : bound.text;
  return `${orphans.length} of ${sampled} sampled ${from.text} (${percent}%) do not exist as ${to.text}, expected ${expected}: ${examples}`;
}

function namedOrphans(orphans: readonly string[]): string[] {
  return [...new Set(orphans)].slice(0, maxNamedOrphans).map((key) => key.slice(0, 64));
}
