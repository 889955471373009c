import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** With characters that URLs, JSON and base64 write in their own way. */
export const canary = 'kanarie+p@ss/word%7f3a9c2e"4711';

/** As a server may give it back. Base64 within longer base64 too: the characters that are the canary's own. */
export const canaryForms: readonly string[] = [
  canary,
  encodeURIComponent(canary),
  JSON.stringify(canary).slice(1, -1),
  Buffer.from(canary).toString('hex'),
  ...[0, 1, 2].map((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), Buffer.from(canary)]);
    return shifted.toString('base64').slice(offset === 0 ? 0 : offset + 1, Math.floor((8 * shifted.length) / 6));
  }),
];

/** Where the canary sings: the forms in which a text holds it. */
export function singing(text: string): readonly string[] {
  return canaryForms.filter((form) => text.includes(form));
}

/** Every file below a folder, byte for byte: stores of streams and buckets, logs, data. */
export function* filesBelow(folder: string): Generator<{ readonly path: string; readonly text: string }> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    if (stats.isDirectory()) yield* filesBelow(path);
    else if (stats.isFile()) yield { path, text: readFileSync(path, 'latin1') };
  }
}
