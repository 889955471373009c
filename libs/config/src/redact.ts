import { isRecord } from './is-record.ts';

/** Stands where a secret was. */
export const hiddenMark = '[secret]';

const secretKey =
  /(?:passw(?:or)?d|passphrase|(?:^|_)pass|(?:^|_)pwd|secret|token|(?:api|access|private|routing|integration|signing)_?key|credentials?|authori[sz]ation|cookie|dsn)s?$/;

/** Whether a key says that its value is a secret: `password`, `PGPASSWORD`, `apiKey`, `X-Api-Key`, `Authorization`. */
export function isSecretKey(key: string): boolean {
  const words = key.replaceAll(/([a-z])([A-Z])/g, '$1_$2').replaceAll(/[-. ]/g, '_');
  return secretKey.test(words.toLowerCase());
}

/** `env:NAME` and `file:/path` only say where a secret is. */
function isReference(text: string): boolean {
  return /^(?:env:[A-Za-z_]\w*|file:\/\S+)$/.test(text);
}

/** Each keeps what its first group matches, and the text behind. */
const shapes: readonly RegExp[] = [
  // What stands before the last @ of a URL, whatever characters are in it.
  /([a-z][a-z0-9+.-]*:\/\/)(?:[^"\\\n]|\\.)*(?=@)/gi,
  // user:password@host without a scheme.
  /()(?<![\w@.-])[\w.+%-]+:(?!\/\/)[^\s"]+(?=@[\w[])/g,
  // password=... of a query or a connection string, "password": "..." of JSON.
  /((?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|private)[_-]?key|signature|sig|auth)(?:["']?\s*=\s*|["']\s*:\s*)["']?)[^\s&;,"'}]+/gi,
  /(\b(?:Bearer|Token)\s+)[\w.~+/=-]{6,}/gi,
  /(\bBasic\s+)(?=\S*[A-Z0-9=])[A-Za-z0-9+/]{8,}={0,2}/g,
  // Addresses whose path is the secret.
  /(hooks\.slack\.com\/(?:services|workflows)\/)[^\s"']+/gi,
  /(discord(?:app)?\.com\/api\/webhooks\/)[^\s"']+/gi,
  /(api\.telegram\.org\/bot)[^\s"']+/gi,
  // Tokens that are known by their form.
  /()-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/g,
  /()\b(?:A[KS]IA[0-9A-Z]{12,}|gh[oprsu]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{8,}|sk[-_][\w-]{16,}|AIza[\w-]{30,}|npm_\w{30,})/g,
  /()\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  // Long runs without a word in them: digests and keys in hex or base64.
  /()\b[0-9a-f]{32,}\b/gi,
  /()(?<![\w/.-])(?=[\w+/]*\d)(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])[A-Za-z0-9+/]{32,}={0,2}/g,
];

/** A text without the secrets that are known by their form: credentials in URLs, tokens, keys. */
export function redactText(text: string): string {
  let shown = text;
  for (const shape of shapes) shown = shown.replaceAll(shape, `$1${hiddenMark}`);
  return shown;
}

/** A value as it may be shown: what stands below a key that speaks of a secret is left out whole, unless it is a reference. */
export function redactValue(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (isReference(value) || value === '') return value;
    return isSecretKey(key) ? hiddenMark : redactText(value);
  }
  if (typeof value === 'number' || typeof value === 'bigint') return isSecretKey(key) ? hiddenMark : value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, key));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [redactText(name), redactValue(inner, isSecretKey(key) ? key : name)]),
  );
}

/** Less would be found in words that are none of its own. */
const leastQuoted = 4;

/** Redacts messages about a file: by form, and every value below a key that speaks of a secret, wherever it is quoted. */
export function createFileRedactor(value: unknown): (text: string) => string {
  const secrets = secretsIn(value, '')
    .filter((secret) => secret.length >= leastQuoted)
    .toSorted((left, right) => right.length - left.length);
  return (text) => redactText(secrets.reduce((shown, secret) => shown.replaceAll(secret, hiddenMark), text));
}

function secretsIn(value: unknown, key: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => secretsIn(item, key));
  if (isRecord(value)) {
    return Object.entries(value).flatMap(([name, inner]) => secretsIn(inner, isSecretKey(key) ? key : name));
  }
  if (!isSecretKey(key) || (typeof value !== 'string' && typeof value !== 'number')) return [];
  const text = String(value);
  return isReference(text) ? [] : [text, JSON.stringify(text).slice(1, -1)];
}
