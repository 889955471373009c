import { open } from 'node:fs/promises';
import { CortexError } from '@cortex/errors';

const maxSecretBytes = 65_536;

/** A secret that cannot be read. Names the reference, never the value. */
export class SecretError extends CortexError {
  /** Why, without the reference: `the variable is not set`. */
  readonly problem: string;

  constructor(reference: string, problem: string, options?: ErrorOptions) {
    super(
      'CORTEX_SECRET_UNREADABLE',
      `secret ${reference}: ${problem}. Fix: set it, or correct the reference (env:NAME or file:/path).`,
      options,
    );
    this.problem = problem;
  }
}

/** True for text that points at a secret instead of being one. */
export function isSecretReference(text: string): boolean {
  return /^(env:|file:\/)./.test(text);
}

/** Resolves `env:NAME` or `file:/path` (surrounding white space removed, at most 64 KiB). Throws {@link SecretError}. */
export async function resolveSecret(reference: string): Promise<string> {
  if (reference.startsWith('env:')) {
    const value = process.env[reference.slice('env:'.length)];
    if (value === undefined || value === '') throw new SecretError(reference, 'the variable is not set');
    return value;
  }
  if (!reference.startsWith('file:/')) {
    throw new SecretError('that was given', 'it is no reference, so it is not shown here');
  }
  const value = await readStart(reference.slice('file:'.length)).catch((error: unknown) => {
    throw new SecretError(reference, 'the file cannot be read', { cause: error });
  });
  if (value.length > maxSecretBytes) throw new SecretError(reference, 'the file is larger than 64 KiB');
  if (value.toString().trim() === '') throw new SecretError(reference, 'the file is empty');
  return value.toString().trim();
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(maxSecretBytes + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
