import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { artifacts } from './generate/artifacts.ts';

/** `npm run generate`: writes every generated file anew. */
const written = await artifacts();
for (const { path, text } of written) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
console.log(`${written.length} files generated`);
