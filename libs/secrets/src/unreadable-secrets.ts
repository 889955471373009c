import { resolveSecret, SecretError } from './resolve-secret.ts';

/** A secret that cannot be read here and now. */
export interface UnreadableSecret {
  readonly reference: string;
  /** A sentence without a full stop. Names the reference, never a value. */
  readonly message: string;
  readonly fix: string;
}

/** Of the secrets behind these references those that cannot be read, in order, each once. */
export async function unreadableSecrets(references: readonly string[]): Promise<readonly UnreadableSecret[]> {
  const unreadable: UnreadableSecret[] = [];
  for (const reference of new Set(references)) {
    const problem = await problemOf(reference);
    if (problem === undefined) continue;
    unreadable.push({
      reference,
      message: `the secret ${reference} cannot be read: ${problem}`,
      fix: fixOf(reference),
    });
  }
  return unreadable;
}

async function problemOf(reference: string): Promise<string | undefined> {
  try {
    await resolveSecret(reference);
    return undefined;
  } catch (error) {
    if (error instanceof SecretError) return error.problem;
    throw error;
  }
}

function fixOf(reference: string): string {
  return reference.startsWith('env:')
    ? `export ${reference.slice('env:'.length)}=… before Cortex is started, or correct the name`
    : `write the secret into ${reference.slice('file:'.length)}, readable for the user of Cortex, or correct the path`;
}
