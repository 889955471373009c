import { readFile } from 'node:fs/promises';

/** A secret that cannot be read. Names the reference, never the value. */
export class SecretError extends Error {
  readonly code = 'CORTEX_CHANNEL_SECRET';

  constructor(reference: string, problem: string, options?: ErrorOptions) {
    super(`secret ${reference}: ${problem}. Fix: set it, or correct the reference (env:NAME or file:/path).`, options);
    this.name = 'SecretError';
  }
}

/** True for text that points at a secret instead of being one. */
export function isSecretReference(text: string): boolean {
  return /^(env:|file:\/)./.test(text);
}

/** Resolves `env:NAME` or `file:/path` (surrounding white space removed). Throws {@link SecretError}. */
export async function resolveSecret(reference: string): Promise<string> {
  if (reference.startsWith('env:')) {
    const value = process.env[reference.slice('env:'.length)];
    if (value === undefined || value === '') throw new SecretError(reference, 'the variable is not set');
    return value;
  }
  if (!reference.startsWith('file:/')) {
    throw new SecretError('that was given', 'it is no reference, so it is not shown here');
  }
  const value = await readFile(reference.slice('file:'.length), 'utf8').catch((error: unknown) => {
    throw new SecretError(reference, 'the file cannot be read', { cause: error });
  });
  if (value.trim() === '') throw new SecretError(reference, 'the file is empty');
  return value.trim();
}
