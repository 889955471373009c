import { z } from 'zod';
import { CountBound, DurationBelow, PercentBelow, SizeAbove } from '../../bound.ts';
import { AbsolutePath, Duration, SecretReference } from '../../params.ts';
import { ReadStatement } from '../../postgres/statement.ts';

export const Params = z
  .strictObject({
    path: AbsolutePath.describe('The folder that holds the backups, one file each.'),
    pattern: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^/]+$/, 'a pattern of file names')
      .default('*')
      .describe('Which of its files are backups: `*.dump`; `*` and `?` within the name.'),
    verify_latest_backup: z.literal(true).default(true).describe('Always: the newest backup is judged.'),
    max_age: DurationBelow.prefault('<26h').describe('How old the newest may be.'),
    min_size: SizeAbove.optional().describe('`>1MB`: how large the newest must be. Default: not empty.'),
    max_shrink: PercentBelow.prefault('<50%').describe('How much smaller than the backup before it the newest may be.'),
    in_progress: Duration.prefault('1m').describe(
      'Files that were written to within this time are still being made: the one before is judged.',
    ),
    validate_checksum: z
      .boolean()
      .default(false)
      .describe('By `<file>.sha256` beside it, or SHA256SUMS in its folder.'),
    test_restore: z
      .enum(['none', 'schema', 'sample_data'])
      .default('none')
      .describe(
        '`schema`: definitions alone. `sample_data`: also the rows of some tables; of all tables of a plain dump.',
      ),
    restore_into: SecretReference.optional().describe(
      'postgres://…, by reference: where a scratch database is made and dropped. A user of its own with CREATEDB alone.',
    ),
    sample_tables: z
      .array(z.string().min(1).max(63).regex(/^[^-]/, 'a table'))
      .min(1)
      .max(50)
      .optional()
      .describe('Whose rows are restored. Default: five tables picked at random. Custom dumps only.'),
    sanity_query: ReadStatement.prefault(
      "SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
    ).describe('Asked in the scratch database. Default: which tables there are.'),
    expected_rows: CountBound.prefault('>0').describe('How many rows the sanity query must give.'),
  })
  .refine(({ test_restore, restore_into }) => test_restore === 'none' || restore_into !== undefined, {
    path: ['restore_into'],
    message: 'say where test_restore may make a scratch database',
  });
export type Params = z.output<typeof Params>;
