/** Top-level keys that begin with `x-` are the user's own, as in Compose files: anchors to merge, notes for other programs. */
export function isExtension(key: string): boolean {
  return key.startsWith('x-');
}

/** The same for editors. */
export const extensionKeys = { patternProperties: { '^x-': {} } } as const;
