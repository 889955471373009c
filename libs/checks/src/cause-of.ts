/** OpenSSL's codes for a certificate without a trusted issuer. */
const untrusted = new Set([
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The cause of a failed connection, in a few words: system errors hide it in `code` and `cause`. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (error instanceof AggregateError && error.message === '') {
    return [...new Set(error.errors.map(causeOf))].join('; ');
  }
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the connection broke';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name does not resolve';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'the host is unreachable';
  if (code === 'CERT_HAS_EXPIRED') return 'the certificate has expired';
  if (code !== undefined && untrusted.has(code)) return `the certificate is of no trusted authority: ${error.message}`;
  if (error.message.includes('wrong version number')) return 'the server does not speak TLS';
  return error.message || code || error.name;
}
