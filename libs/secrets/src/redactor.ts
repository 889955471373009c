const mark = '[secret]';
/** In bytes; the inner part of a shorter secret would be so short that it matches other text. */
const leastInner = 6;

/** Removes secrets from everything that is shown. */
export interface Redactor {
  /** Hides this value from now on, also in the forms in which a server may return it: URL-encoded, in JSON, in base64. */
  hide(secret: string): void;
  text(shown: string): string;
  /** The same value with every text in it redacted, keys too. */
  value<Value>(shown: Value): Value;
}

export function createRedactor(): Redactor {
  const hidden = new Set<string>();
  const text = (shown: string): string => {
    // Longest first: a secret may be part of another.
    const longestFirst = [...hidden].toSorted((left, right) => right.length - left.length);
    return longestFirst.reduce((rest, form) => rest.replaceAll(form, mark), shown);
  };
  const value = (shown: unknown): unknown => {
    if (typeof shown === 'string') return text(shown);
    if (typeof shown === 'number' || typeof shown === 'bigint') {
      return hidden.has(String(shown)) ? mark : shown;
    }
    if (Array.isArray(shown)) return shown.map(value);
    if (typeof shown !== 'object' || shown === null) return shown;
    return Object.fromEntries(Object.entries(shown).map(([key, inner]) => [text(key), value(inner)]));
  };
  return {
    hide(secret) {
      for (const form of formsOf(secret)) if (form !== '') hidden.add(form);
    },
    text,
    value: <Value>(shown: Value) => value(shown) as Value,
  };
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // Through bytes, because half a surrogate pair has no URL encoding.
  const encoded = encodeURIComponent(bytes.toString());
  return [
    secret,
    encoded,
    encoded.replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
    ...base64Forms(bytes),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

/** Within longer base64, such as `user:password`, only the characters that encode nothing else are the secret's own. */
function base64Forms(bytes: Buffer): readonly string[] {
  const whole = bytes.toString('base64');
  if (bytes.length < leastInner) return [whole];
  const inner = [0, 1, 2].map((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    const end = Math.floor((8 * shifted.length) / 6);
    return shifted.toString('base64').slice(Math.ceil((8 * offset) / 6), end);
  });
  return [whole, ...inner];
}
