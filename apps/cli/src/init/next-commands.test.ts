import { expect, test } from 'vitest';
import { nextCommands, shownPath } from './next-commands.ts';

const shell = { workingFolder: '/home/ann', environment: {} };

test.each([
  ['/home/ann/cortex.yaml', {}, 'cortex up'],
  ['/home/ann/site/cortex.yaml', {}, 'cortex up --config site/cortex.yaml'],
  ['/etc/cortex/cortex.yaml', {}, 'cortex up --config /etc/cortex/cortex.yaml'],
  ['/etc/my site/cortex.yaml', {}, "cortex up --config '/etc/my site/cortex.yaml'"],
  ['/home/ann/cortex.yaml', { CORTEX_CONFIG: '/other.yaml' }, 'cortex up --config cortex.yaml'],
  ['/home/ann/cortex.yaml', { npm_command: 'exec' }, 'npx cortex up'],
])('for %s, where the shell has %j, one types %s', (file, environment, command) => {
  expect(nextCommands(file, { ...shell, environment })).toContain(command);
});

test('a path outside of the working folder is shown whole', () => {
  expect(shownPath('/home/bob/cortex.yaml', shell)).toBe('/home/bob/cortex.yaml');
  expect(shownPath('/home/ann/playbooks/a.yaml', shell)).toBe('playbooks/a.yaml');
});
