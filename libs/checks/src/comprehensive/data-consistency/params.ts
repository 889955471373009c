import { z } from 'zod';
import { PercentBelow } from '../../bound.ts';
import { Duration, SecretReference } from '../../params.ts';
import { ReadStatement } from '../../postgres/statement.ts';

const identifier = '[A-Za-z_][A-Za-z0-9_]{0,62}';
const SourceName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, 'letters, digits, _ and -');
const Column = z.string().regex(new RegExp(`^${identifier}$`), 'a column');

const Source = z
  .strictObject({
    /** postgres://user:password@host:port/database, by reference. */
    connection: SecretReference,
    /** A table, `orders` or `shop.orders` … */
    table: z
      .string()
      .regex(new RegExp(`^${identifier}(\\.${identifier})?$`), 'a table, with or without its schema')
      .optional(),
    /** … or a statement that returns the rows. */
    query: ReadStatement.optional(),
    /** The column that says when a row was written: younger rows than `in_flight` are left out. */
    written_at: Column.optional(),
  })
  .refine(({ table, query }) => (table === undefined) !== (query === undefined), 'say either table or query');
export type Source = z.output<typeof Source>;

/** `orders.user_id`: the source, then its column. */
const Place = z.string().transform((text, context) => {
  const [source = '', column = '', ...more] = text.split('.');
  if (more.length === 0 && SourceName.safeParse(source).success && Column.safeParse(column).success) {
    return { text, source, column };
  }
  context.addIssue({ code: 'custom', message: 'must be a source and its column: orders.user_id' });
  return z.NEVER;
});

const Reference = z.strictObject({ from: Place, to: Place });
export type Reference = z.output<typeof Reference>;

export const Params = z
  .strictObject({
    check_type: z
      .literal('cross_service_validation')
      .default('cross_service_validation')
      .describe('There is no other.'),
    validation: z.literal('referential_integrity').default('referential_integrity').describe('There is no other.'),
    services: z.array(SourceName).min(2).max(50).optional().describe('What must take part; default: all sources.'),
    sources: z.record(SourceName, Source).describe('Where each service keeps its rows.'),
    references: z
      .array(Reference)
      .min(1)
      .max(20)
      .describe('What must exist where: `{ from: orders.user_id, to: users.id }`.'),
    sample_size: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .describe('Rows looked at for each reference, picked at random.'),
    in_flight: Duration.prefault('1m').describe(
      'Rows younger than this may still be on their way to the other service.',
    ),
    orphans: PercentBelow.optional().describe('`<1%` of the sample may be orphans. Default: none.'),
  })
  .superRefine(({ services, sources, references }, context) => {
    const used = new Set(references.flatMap(({ from, to }) => [from.source, to.source]));
    const known = Object.keys(sources);
    for (const name of used) {
      if (!Object.hasOwn(sources, name))
        complain(context, ['references'], `there is no source "${name}" among sources`);
    }
    for (const name of services ?? known) {
      if (!Object.hasOwn(sources, name)) complain(context, ['services'], `"${name}" needs an entry in sources`);
      else if (!used.has(name)) complain(context, ['services'], `no reference leads to or from "${name}"`);
    }
  });
export type Params = z.output<typeof Params>;

function complain(context: z.RefinementCtx, path: readonly string[], message: string): void {
  context.addIssue({ code: 'custom', path: [...path], message });
}
