import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@cortex/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HostsFile } from './hosts-file.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => void (folder = temporaryFolder('cortex-hosts-')));
afterEach(() => folder.remove());

it('follows the file as it is written, replaced, grown too big and deleted', () => {
  const path = join(folder.path, 'hosts');
  const hosts = new HostsFile(path);
  const found = () => hosts.find('Shop').map(({ address }) => address);
  expect(found()).toEqual([]);
  writeFileSync(path, '10.0.0.1 shop\n');
  expect(found()).toEqual(['10.0.0.1']);
  writeFileSync(`${path}.new`, '10.0.0.2 shop\n');
  renameSync(`${path}.new`, path);
  expect(found()).toEqual(['10.0.0.2']);
  writeFileSync(path, `10.0.0.3 shop\n${'#'.repeat(1_048_576)}`);
  expect(found()).toEqual([]);
  writeFileSync(path, '10.0.0.4 shop\n');
  expect(found()).toEqual(['10.0.0.4']);
  rmSync(path);
  expect(found()).toEqual([]);
  expect(new HostsFile(folder.path).find('shop')).toEqual([]);
});
