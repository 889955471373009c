import { Name } from '@cortex/contracts';
import { z } from 'zod';
import { raise, text } from './scalars.ts';

const unit = text.transform((value, context) =>
  /^[A-Za-z0-9:_.@-]{1,128}\.service$/.test(value)
    ? value
    : raise(context, value, `"${value}" is not the name of a systemd service`, {
        problem: 'CORTEX_CONFIG_BAD_UNIT',
        fix: 'write the full unit name, such as nginx.service',
      }),
);

/** A name, or its number. */
const account = z.union([z.number().int().min(0).max(4_294_967_294), z.string()]).transform((value, context) =>
  /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?|\d{1,10})$/.test(String(value))
    ? String(value)
    : raise(context, String(value), `"${value}" is not the name of a user or group, nor a number`, {
        problem: 'CORTEX_CONFIG_BAD_ACCOUNT',
        fix: 'write the name as /etc/passwd or /etc/group has it, such as www-data',
      }),
);

const Process = z
  .strictObject({
    pid_file: text,
    start_command: z.array(z.string()).min(1).optional(),
    cwd: text.optional(),
    env: z.record(z.string(), z.string()).optional(),
    log_file: text.optional(),
    user: account.optional(),
    group: account.optional(),
  })
  .meta({ description: 'How restart_service finds and starts a plain process' });

export const InstanceInput = z
  .strictObject({
    id: Name,
    host: Name.optional(),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta({ description: 'Where checks ask that name neither host nor port' }),
    region: Name.optional(),
    cluster: Name.optional(),
    process: Process.optional(),
    systemd: z.strictObject({ unit }).optional(),
  })
  .meta({ description: 'One running copy of the service' });
export type InstanceInput = z.output<typeof InstanceInput>;

export const ServiceInput = z.strictObject({
  name: Name,
  kind: Name.optional(),
  environment: Name.optional(),
  critical: z.boolean().optional(),
  users: z.number().int().nonnegative().optional(),
  depends_on: z.array(Name).optional(),
  min_healthy: z.number().int().nonnegative().optional(),
  max_unavailable: z.number().int().positive().optional(),
  remediate: z.boolean().optional().meta({ description: 'false: Cortex watches and advises, but never acts' }),
  instances: z.array(InstanceInput).min(1),
  // Read check by check, so that a mistake in one does not hide the service.
  shallow_checks: z.unknown().optional(),
  deep_checks: z.unknown().optional(),
  comprehensive_checks: z.unknown().optional(),
});
export type ServiceInput = z.output<typeof ServiceInput>;
