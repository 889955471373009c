import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AuditCheckpoint } from '@cortex/contracts';
import { canonicalJson } from '@cortex/contracts';
import type { AuditRecord } from './record.ts';
import { sha256 } from './record.ts';

/** The key that verifies a checkpoint's signature. */
export interface AuditKey {
  readonly keyId: string;
  /** PEM, SPKI. */
  readonly publicKey: string;
}

/** The key that signs checkpoints. It never leaves the machine that it was made on. */
export interface SigningKey extends AuditKey {
  readonly privateKey: KeyObject;
}

/** The Ed25519 key in this file, made at the first call and readable for its owner only. */
export async function loadSigningKey(path: string): Promise<SigningKey> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(path, pem, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await chmod(path, 0o600);
  return signingKeyOf(createPrivateKey(await readFile(path)));
}

/** A fresh key that is stored nowhere. */
export function makeSigningKey(): SigningKey {
  return signingKeyOf(generateKeyPairSync('ed25519').privateKey);
}

/** Signs the length and the end of the chain: a statement that cannot be forged without the key. */
export function signCheckpoint(last: Pick<AuditRecord, 'n' | 'hash'>, at: Date, key: SigningKey): AuditCheckpoint {
  const statement = { entries: last.n, hash: last.hash, at: at.toISOString(), keyId: key.keyId };
  const signature = sign(null, Buffer.from(canonicalJson(statement)), key.privateKey).toString('base64');
  return { ...statement, signature };
}

/** Whether the key made this signature over exactly this statement. */
export function isSignedBy(checkpoint: AuditCheckpoint, key: AuditKey): boolean {
  const { signature, ...statement } = checkpoint;
  try {
    return verify(null, Buffer.from(canonicalJson(statement)), key.publicKey, Buffer.from(signature, 'base64'));
  } catch {
    // An invalid key proves nothing.
    return false;
  }
}

function signingKeyOf(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return { keyId: sha256(publicKey).slice(0, 16), publicKey, privateKey };
}
