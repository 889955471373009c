import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCertificate } from './certificate.ts';

/** Writes a certificate and its key where a server reads them. */
export function writeCertificate(
  folder: string,
  { cert, key }: TestCertificate,
): { readonly certFile: string; readonly keyFile: string } {
  const files = { certFile: join(folder, 'server.crt'), keyFile: join(folder, 'server.key') };
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key, { mode: 0o600 });
  return files;
}
