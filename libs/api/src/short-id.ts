/** Ids are UUIDs that begin with their time: those of one hour begin alike. What follows the last hyphen is random. */
const randomFrom = 24;
const uuidLength = 36;
const shortLength = 8;
const fewestCharacters = 4;

/** The form of an id that is shown: it differs from others from its first characters on, and is short enough to type. */
export function shortId(id: string): string {
  return id.length === uuidLength ? id.slice(randomFrom, randomFrom + shortLength) : id;
}

/** Whether this is the id, or the start of it or of its short form, four characters at least. */
export function isNamedBy(id: string, wanted: string): boolean {
  const name = wanted.trim().toLowerCase();
  if (id.toLowerCase() === name) return true;
  if (name.length < fewestCharacters) return false;
  return id.startsWith(name) || (id.length === uuidLength && id.slice(randomFrom).startsWith(name));
}
