/**
 * Makes any text safe as one NATS subject token or KV key segment: characters outside `A-Z a-z 0-9 _ -` become
 * `=` and two hex digits per UTF-8 byte. Injective, so two names never share a token. Throws on the empty string:
 * an empty name must never widen a subject.
 */
export function escapeToken(text: string): string {
  // Nearly every name is safe already, and thousands of keys are made.
  if (/^[A-Za-z0-9_-]+$/.test(text)) return text;
  if (text === '') throw new RangeError('escapeToken: the empty string names nothing');
  let token = '';
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    token += /[A-Za-z0-9_-]/.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
  }
  return token;
}

/** Undoes {@link escapeToken}. */
export function unescapeToken(token: string): string {
  const bytes: number[] = [];
  for (let index = 0; index < token.length; index += 1) {
    if (token[index] === '=') {
      bytes.push(Number.parseInt(token.slice(index + 1, index + 3), 16));
      index += 2;
    } else {
      bytes.push(token.charCodeAt(index));
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
