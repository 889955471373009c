import { cliPage } from '@cortex-app/cli/docs';
import { openApiFile } from '@cortex-app/console/docs';
import { builtinChecks } from '@cortex/checks';
import { buildJsonSchema, buildPlaybookJsonSchema } from '@cortex/config';
import { Envelope, eventDefinitions } from '@cortex/contracts';
import { z } from 'zod';
import { asyncApiDocument, dataJsonSchema } from './async-api.ts';
import { detectorPictures } from './detectors/pictures.ts';
import { errorsPage } from './errors-page.ts';
import { eventsPage } from './events-page.ts';
import { pluginsPage } from './plugins-page.ts';

/** A file that is generated from the code and kept in the repository. `path` is relative to the root. */
export interface Artifact {
  readonly path: string;
  readonly text: string;
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Everything that \`npm run generate\` writes, and that the staleness test compares. */
export async function artifacts(): Promise<readonly Artifact[]> {
  return [
    { path: 'docs/events/README.md', text: eventsPage() },
    { path: 'docs/events/asyncapi.json', text: json(asyncApiDocument()) },
    { path: 'docs/events/schemas/envelope.json', text: json(z.toJSONSchema(Envelope, { io: 'input' })) },
    { path: 'docs/cli.md', text: await cliPage() },
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'docs/plugins.md', text: pluginsPage() },
    { path: 'docs/openapi.json', text: await openApiFile() },
    { path: 'deploy/schema/cortex.schema.json', text: json(buildJsonSchema(builtinChecks)) },
    { path: 'deploy/schema/cortex-playbook.schema.json', text: json(buildPlaybookJsonSchema()) },
    ...detectorPictures(),
    ...eventDefinitions.map((definition) => ({
      path: `docs/events/schemas/${definition.type}.json`,
      text: json(dataJsonSchema(definition)),
    })),
  ];
}
