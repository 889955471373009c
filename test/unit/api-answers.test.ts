import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The clients of the API, and the one file of each that reads answers, typed by the route that was called. */
const clients = [
  { folder: 'apps/cli/src', readers: ['apps/cli/src/api/api-client.ts', 'apps/cli/src/api/refusal.ts'] },
  { folder: 'apps/console/src/page', readers: ['apps/console/src/page/api-client.ts'] },
];

test.each(clients)(
  '$folder takes the types of answers and the paths from the routes of the API',
  ({ folder, readers }) => {
    const found: string[] = [];
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, name);
      if (!/\.tsx?$/.test(name) || /\.test\.tsx?$/.test(name)) continue;
      const source = readFileSync(path, 'utf8');
      if (!readers.includes(path) && /\.json\(\)/.test(source)) found.push(`${path} reads an answer by itself`);
      if (/\.json\(\)\)* as (?!AnswerOf<Name>)/.test(source)) found.push(`${path} gives an answer a type by hand`);
      if (/JSON\.parse\([^;]*\) as (?!JsonValue|Value)[A-Z{]/.test(source))
        found.push(`${path} gives JSON a type by hand`);
      if (/[`'}]\/api\/v1/.test(source)) found.push(`${path} writes a path of the API by hand`);
    }
    expect(found).toEqual([]);
  },
);
