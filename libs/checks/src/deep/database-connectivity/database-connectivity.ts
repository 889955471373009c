import { compileCondition, ConditionError } from '@cortex/conditions';
import { z } from 'zod';
import { CountBound, DurationBelow, keepsTo, PercentBelow } from '../../bound.ts';
import { defineCheck } from '../../define-check.ts';
import { connectionFailures } from '../../failures.ts';
import { SecretReference } from '../../params.ts';
import { resolvePostgresAddress } from '../../postgres/postgres-address.ts';
import { isOurMistake, PostgresError } from '../../postgres/connection.ts';
import type { PostgresRow, PostgresSession } from '../../postgres/connection.ts';
import { withReadOnlySession } from '../../postgres/read-only-session.ts';
import { connectionUse, replicationLag, serverRole } from './server-state.ts';
import { ReadStatement } from '../../postgres/statement.ts';

const Params = z
  .strictObject({
    type: z.literal('postgres', 'only postgres is supported').default('postgres').describe('What answers there.'),
    action: ReadStatement.prefault('SELECT 1').describe('The statement that must succeed.'),
    connection: SecretReference.optional().describe(
      'Where the database is: postgres://user:password@host:port/database, by reference.',
    ),
    connection_pool: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'letters, digits, _ and -')
      .optional()
      .describe(
        'Names the session in pg_stat_activity; without `connection` also the variable CORTEX_POOL_<NAME> that holds it.',
      ),
    expected_rows: CountBound.optional().describe('How many rows the statement must give: `>0`, `=1`.'),
    condition: z
      .string()
      .min(1)
      .max(1_000)
      .refine(isCondition, 'is no condition')
      .optional()
      .describe('Holds for the columns of the first row: `waiting < 100 AND state == "open"`.'),
    expected_role: z.enum(['primary', 'replica']).optional().describe('A replica is in recovery.'),
    connections: PercentBelow.optional().describe(
      '`<90%` of the connections that the server grants to ordinary users.',
    ),
    max_replication_lag: DurationBelow.optional().describe(
      '`<10s`: of this replica, or of every replica when this is the primary.',
    ),
    replicas: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(1)
      .describe('How many replicas a primary must have, when their lag is asked.'),
  })
  .refine((params) => params.connection !== undefined || params.connection_pool !== undefined, {
    path: ['connection'],
    message: 'say connection (env:NAME or file:/path), or connection_pool',
  });
type Params = z.output<typeof Params>;

interface Look {
  readonly problem?: string;
  readonly seen: string;
  readonly evidence: Readonly<Record<string, string | number | null>>;
}

/** Spec 2.2. */
export const databaseConnectivity = defineCheck({
  name: 'database_connectivity',
  summary:
    'A database answers a statement, has the expected role, and its replicas and connections keep to their limits',
  tier: 'deep',
  params: Params,
  failures: [
    ...connectionFailures,
    '"…" gave … rows, expected …',
    'expected …, but … is …',
    'the server is a …, expected …',
    '… of … connections are in use (…%), expected …',
    '… replicas are connected, expected …',
    '… does not receive from its primary',
    '… lags … ms, expected …',
    'the answer is larger than … bytes',
  ],
  example: `name: shop-database
type: database_connectivity
service: shop
action: SELECT 1
connection_pool: health_check
connections: <90%
max_replication_lag: <10s
timeout: 2s
params: { type: postgres }`,
  async run(params, context) {
    const { signal, timeoutMs } = context;
    const reference = params.connection ?? `env:${poolVariable(params.connection_pool)}`;
    const address = await resolvePostgresAddress(reference, context);
    const applicationName = `cortex/${params.connection_pool ?? 'database_connectivity'}`;
    const startedAt = performance.now();
    try {
      const looks = await withReadOnlySession(address, { signal, timeoutMs, applicationName }, (session) =>
        lookAll(session, params),
      );
      const latencyMs = Math.round(performance.now() - startedAt);
      const problems = looks.flatMap(({ problem }) => problem ?? []);
      const detail = problems.length > 0 ? problems.join('; ') : looks.map(({ seen }) => seen).join('; ');
      const evidence = Object.assign({ latencyMs }, ...looks.map((look) => look.evidence));
      return {
        passed: problems.length === 0,
        detail,
        evidence,
      };
    } catch (error) {
      if (signal.aborted || !(error instanceof PostgresError) || isOurMistake(error)) throw error;
      const state = error.sqlState === undefined ? {} : { sqlState: error.sqlState };
      return { passed: false, detail: `postgres at ${address.name}: ${error.message}`, evidence: state };
    }
  },
});

async function lookAll(session: PostgresSession, params: Params): Promise<readonly Look[]> {
  const looks = [lookAtRows(await session.query(params.action), params)];
  if (params.expected_role !== undefined) {
    const role = await serverRole(session);
    const seen = `the server is a ${role}`;
    const isRight = role === params.expected_role;
    looks.push({
      seen,
      evidence: { role },
      ...(isRight ? {} : { problem: `${seen}, expected ${params.expected_role}` }),
    });
  }
  if (params.connections !== undefined) {
    const { used, granted } = await connectionUse(session);
    const percent = Math.round((1_000 * used) / granted) / 10;
    const seen = `${used} of ${granted} connections are in use (${percent}%)`;
    const isRight = keepsTo((100 * used) / granted, params.connections);
    const evidence = { connections: used, connectionsGranted: granted };
    looks.push({ seen, evidence, ...(isRight ? {} : { problem: `${seen}, expected ${params.connections.text}` }) });
  }
  if (params.max_replication_lag !== undefined) {
    looks.push(await lookAtLag(session, params.max_replication_lag, params.replicas));
  }
  return looks;
}

function lookAtRows(rows: readonly PostgresRow[], { action, expected_rows, condition }: Params): Look {
  const seen = `"${action.slice(0, 80)}" gave ${rows.length} rows`;
  const evidence = { rows: rows.length };
  if (expected_rows !== undefined && !keepsTo(rows.length, expected_rows)) {
    return { seen, evidence, problem: `${seen}, expected ${expected_rows.text}` };
  }
  if (condition === undefined) return { seen, evidence };
  const compiled = compileCondition(condition);
  const first = rows[0] ?? {};
  const { verdict } = compiled.evaluate(
    Object.fromEntries(Object.entries(first).map(([key, text]) => [key, valueOf(text)])),
  );
  if (verdict === 'true') return { seen: `${seen}, and ${condition} holds`, evidence };
  // Only the fields that the condition names: the rest of the row may be confidential.
  const values = compiled.variables.map((name) => `${name} is ${first[name] ?? 'missing'}`);
  return { seen, evidence, problem: `expected ${condition}, but ${values.join(', ')}` };
}

async function lookAtLag(
  session: PostgresSession,
  bound: z.output<typeof DurationBelow>,
  replicas: number,
): Promise<Look> {
  const lags = await replicationLag(session);
  const known = lags.flatMap(({ lagMs }) => lagMs ?? []);
  const evidence = known.length === 0 ? {} : { replicationLagMs: Math.max(...known) };
  const isReplica = lags.some(({ isOwn }) => isOwn);
  const seen =
    lags
      .map(
        ({ name, lagMs }) =>
          `${name} ${lagMs === undefined ? 'does not receive from its primary' : `lags ${lagMs} ms`}`,
      )
      .join(', ') || 'no replica is connected';
  if (!isReplica && lags.length < replicas) {
    return { seen, evidence, problem: `${lags.length} replicas are connected, expected ${replicas}` };
  }
  const isRight = lags.every(({ lagMs }) => lagMs !== undefined && keepsTo(lagMs, bound));
  return { seen, evidence, ...(isRight ? {} : { problem: `${seen}, expected ${bound.text}` }) };
}

/** A text that is a number compares as one. */
function valueOf(text: string | null): string | number | boolean | undefined {
  if (text === null) return undefined;
  if (text === 't' || text === 'f') return text === 't';
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
}

function isCondition(text: string): boolean {
  try {
    compileCondition(text);
    return true;
  } catch (error) {
    if (error instanceof ConditionError) return false;
    throw error;
  }
}

function poolVariable(pool = ''): string {
  return `CORTEX_POOL_${pool.toUpperCase().replaceAll('-', '_')}`;
}
