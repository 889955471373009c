import { tierDefaults } from '@cortex/contracts';
import { readConfiguration } from '@cortex/service';
import { temporaryFolder } from '@cortex/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { consoleService } from './service.ts';

test('a check that states no tier has that of its plugin, and its times', async () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'cortex.yaml');
  try {
    writeFileSync(
      file,
      `version: 1
services: [{ name: shop, instances: [{ id: shop-1 }] }]
checks: [{ name: names, type: dns_resolution, service: shop, params: { name: localhost } }]
`,
    );
    const { configuration } = await readConfiguration(file, consoleService.plugins);
    expect(configuration.checks).toMatchObject([{ tier: 'deep', ...tierDefaults.deep }]);
  } finally {
    folder.remove();
  }
});
