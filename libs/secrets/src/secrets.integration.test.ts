import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedactor, resolveSecret, unreadableSecrets } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('resolveSecret', () => {
  it('reads a variable and a file, without white space around it', async () => {
    process.env['CORTEX_TEST_SECRET'] = 'from the environment';
    writeFileSync(join(folder, 'token'), '  from a file\n');
    expect(await resolveSecret('env:CORTEX_TEST_SECRET')).toBe('from the environment');
    expect(await resolveSecret(`file:${folder}/token`)).toBe('from a file');
    delete process.env['CORTEX_TEST_SECRET'];
  });

  it('refuses what is missing, empty, endless, or the secret itself, and never shows that', async () => {
    writeFileSync(join(folder, 'empty'), ' \n');
    await expect(resolveSecret('env:CORTEX_TEST_UNSET')).rejects.toThrow('env:CORTEX_TEST_UNSET');
    await expect(resolveSecret(`file:${folder}/empty`)).rejects.toThrow('is empty');
    await expect(resolveSecret(`file:${folder}/none`)).rejects.toThrow('cannot be read');
    await expect(resolveSecret('file:/dev/zero')).rejects.toThrow('larger than 64 KiB');
    await expect(resolveSecret('hunter2')).rejects.not.toThrow('hunter2');
  });
});

describe('unreadableSecrets', () => {
  it('names each that cannot be read, once, with what to do', async () => {
    process.env['CORTEX_TEST_SECRET'] = 'x';
    const references = [
      'env:CORTEX_TEST_SECRET',
      'env:CORTEX_TEST_UNSET',
      `file:${folder}/none`,
      'env:CORTEX_TEST_UNSET',
    ];
    expect(await unreadableSecrets(references)).toEqual([
      {
        reference: 'env:CORTEX_TEST_UNSET',
        message: 'the secret env:CORTEX_TEST_UNSET cannot be read: the variable is not set',
        fix: 'export CORTEX_TEST_UNSET=… before Cortex is started, or correct the name',
      },
      {
        reference: `file:${folder}/none`,
        message: `the secret file:${folder}/none cannot be read: the file cannot be read`,
        fix: `write the secret into ${folder}/none, readable for the user of Cortex, or correct the path`,
      },
    ]);
    delete process.env['CORTEX_TEST_SECRET'];
  });
});

describe('createRedactor', () => {
  it('leaves no form of any secret, wherever it stands', () => {
    const secrets = fc.array(fc.string({ minLength: 9, maxLength: 30, unit: 'binary' }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(secrets, fc.string(), (hidden, around) => {
        const redactor = createRedactor();
        for (const secret of hidden) redactor.hide(secret);
        const shown = redactor.value({
          plain: hidden.map((secret) => around + secret + around),
          [hidden[0] ?? '']: hidden.map((secret) => Buffer.from(secret).toString('base64')),
          url: hidden.map((secret) => `?q=${encodeURIComponent(Buffer.from(secret).toString())}`),
        });
        const text = JSON.stringify(shown);
        for (const secret of hidden) {
          expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
          expect(text).not.toContain(Buffer.from(secret).toString('base64'));
          expect(text).not.toContain(encodeURIComponent(Buffer.from(secret).toString()));
        }
      }),
    );
  });

  it('hides a number and leaves everything else as it was', () => {
    const redactor = createRedactor();
    redactor.hide('12345');
    expect(redactor.value({ pin: 12345, other: 12, list: [true, null, 'x'] })).toEqual({
      pin: '[secret]',
      other: 12,
      list: [true, null, 'x'],
    });
  });
});
