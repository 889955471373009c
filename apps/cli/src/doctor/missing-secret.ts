import { messageOf } from '@cortex/errors';
import type { UnreadableSecret } from '@cortex/secrets';
import { fail, warn, type Finding, type Subject } from './finding.ts';
import { troubleToldBy } from './running-services.ts';

/**
 * A secret that this shell cannot read. That fails a start from here; of services that run already it says nothing, so it
 * is a warning while one runs, unless a service tells that it misses the secret too.
 */
export async function missingSecret(
  name: string,
  user: string,
  { reference, message, fix }: UnreadableSecret,
  { stack, context }: Pick<Subject, 'stack' | 'context'>,
): Promise<Finding> {
  const here = `${user}: ${message}`;
  if (stack?.consoleUrl === undefined) return fail(name, here, fix);
  const inThisShell = `${user}: ${reference} ${reference.startsWith('env:') ? 'is not set in this shell' : 'cannot be read from this shell'}`;
  let told: readonly string[];
  try {
    told = await troubleToldBy(stack, context);
  } catch (error) {
    return warn(
      name,
      `${inThisShell}; the running services cannot be asked whether they have it: ${messageOf(error)}`,
      fix,
    );
  }
  if (told.some((trouble) => trouble.includes(`the secret ${reference} cannot be read`))) {
    return fail(name, `${here}; the running services miss it too`, `${fix}; then end Cortex and start it again`);
  }
  const later = reference.startsWith('env:') ? 'export it' : 'make it readable';
  return warn(
    name,
    `${inThisShell}; the running services have what they need`,
    `nothing, for what runs now; ${later} before you start Cortex from this shell`,
  );
}
