import { serviceNames, startStack, type ServiceName } from '@cortex/local-stack';
import { startProcess, temporaryFolder, type TemporaryFolder } from '@cortex/testing';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { configurationOf, restartPlaybook } from './support/site.ts';

type Plain = Record<string, unknown>;
/** EX_CONFIG. */
const wrongConfiguration = 78;
const patient = {
  service: 'shop',
  instance: 'shop-1',
  port: 1,
  pidFile: 'run/shop.pid',
  startsFile: 'run/shop.starts',
};
const [check] = configurationOf([patient])['checks'] as readonly Plain[];
const [step] = restartPlaybook.remediation_steps;

/** One mistake each: what it changes, how it is reported, and by whom, if only those services know the plugin. */
const mistakes: readonly {
  readonly code: string;
  readonly change?: Plain;
  readonly playbook?: Plain;
  readonly text?: string;
  readonly seenBy?: readonly ServiceName[];
}[] = [
  { code: 'CORTEX_CONFIG_UNSUPPORTED_VERSION', change: { version: 99 } },
  { code: 'CORTEX_CONFIG_UNKNOWN_KEY', change: { sevices: [] } },
  { code: 'CORTEX_CONFIG_WRONG_TYPE', change: { safety: 'strict' } },
  { code: 'CORTEX_CONFIG_INVALID_VALUE', change: { safety: { storm: { ratio: 7 } } } },
  { code: 'CORTEX_CONFIG_BAD_DURATION', change: { safety: { hold_retry: 30 } } },
  {
    code: 'CORTEX_CONFIG_BAD_TIMEZONE',
    change: { safety: { freeze_windows: [frozen({ timezone: 'Mars/Olympus' })] } },
  },
  { code: 'CORTEX_CONFIG_BAD_WINDOW', change: { safety: { freeze_windows: [frozen({ from: '25:00' })] } } },
  { code: 'CORTEX_CONFIG_NO_MATCH', change: { playbooks: ['nowhere/*.yaml'] } },
  { code: 'CORTEX_CONFIG_UNKNOWN_SERVICE', change: { checks: [{ ...check, service: 'nobody' }] } },
  {
    code: 'CORTEX_CONFIG_UNKNOWN_CHECK',
    seenBy: ['health-checker'],
    change: { checks: [{ ...check, type: 'crystal_ball' }] },
  },
  {
    code: 'CORTEX_CONFIG_BAD_PARAMETER',
    seenBy: ['verifier'],
    change: { checks: [{ ...check, expected_status: 'fine' }] },
  },
  { code: 'CORTEX_CONFIG_TIMEOUT_TOO_LONG', change: { checks: [{ ...check, timeout: '1h' }] } },
  { code: 'CORTEX_CONFIG_DUPLICATE_NAME', change: { checks: [check, check] } },
  {
    code: 'CORTEX_CONFIG_UNKNOWN_CHANNEL',
    seenBy: ['escalator'],
    change: { escalation: { contacts: [{ name: 'me', channels: [{ type: 'pigeon' }] }] } },
  },
  {
    code: 'CORTEX_CONFIG_UNKNOWN_ACTION',
    seenBy: ['executor'],
    playbook: { remediation_steps: [{ ...step, action: 'pray' }] },
  },
  { code: 'CORTEX_CONFIG_STEP_NUMBERS', playbook: { remediation_steps: [{ ...step, step: 7 }] } },
  { code: 'CORTEX_CONFIG_BAD_CONDITION', playbook: { trigger: { condition: 'health_state ==' } } },
  { code: 'CORTEX_CONFIG_EMPTY', playbook: { remediation_steps: [] } },
  { code: 'CORTEX_CONFIG_YAML_SYNTAX', text: 'version: 1\nservices: [' },
  { code: 'CORTEX_CONFIG_DUPLICATE_KEY', text: 'version: 1\nversion: 1\n' },
];

let folder: TemporaryFolder;

beforeAll(() => {
  folder = temporaryFolder('cortex-configuration-');
});
afterAll(() => folder.remove());

test('no service starts on a wrong configuration: each kind ends it with status 78, the place and the fix', async () => {
  const waiting = mistakes.entries();
  const worker = async (): Promise<void> => {
    for (const [index, mistake] of waiting) {
      // Between them the kinds meet every service.
      const [service = serviceNames[index % serviceNames.length] ?? 'console'] = mistake.seenBy ?? [];
      const { status, output } = await run(service, write(`one-${index}`, [mistake]));
      expect({ code: mistake.code, service, status }).toEqual({
        code: mistake.code,
        service,
        status: wrongConfiguration,
      });
      expect(output).toContain(mistake.code);
      expect(output).toMatch(/\.yaml:\d+:\d+ /);
      expect(output).toContain('fix: ');
      expect(output).not.toContain('"listening"');
    }
  };
  await Promise.all([worker(), worker()]);
});

test('every service reports all mistakes of one file at once', async () => {
  const together = mistakes.filter(({ code }) =>
    ['UNKNOWN_KEY', 'NO_MATCH', 'BAD_DURATION', 'UNKNOWN_SERVICE'].some((name) => code.endsWith(name)),
  );
  const configFile = write('several', together);
  for (const service of serviceNames) {
    const { status, output } = await run(service, configFile);
    expect({ service, status }).toEqual({ service, status: wrongConfiguration });
    const unsaid = together.filter(({ code }) => !output.includes(code));
    expect({ service, unsaid }).toEqual({ service, unsaid: [] });
  }
});

test('the local stack refuses what only those services can know to be wrong that run the plugin, says why and leaves nothing running', async () => {
  const configFile = write(
    'stack',
    mistakes.filter(({ code }) => code === 'CORTEX_CONFIG_UNKNOWN_ACTION'),
  );
  const dir = join(folder.path, 'stack');
  const stack = { configFile, dir, appsDir: 'apps', consolePort: 0 };
  await expect(startStack({ ...stack, layout: { kind: 'processes' } })).rejects.toThrow(
    /(executor|decision) did not become ready[^]*CORTEX_CONFIG_UNKNOWN_ACTION/,
  );
  await expect(startStack({ ...stack, layout: { kind: 'one-process' } })).rejects.toMatchObject({
    code: 'CORTEX_CONFIGURATION_INVALID',
    message: expect.stringMatching(/CORTEX_CONFIG_UNKNOWN_ACTION/),
  });
  expect(processesNaming(folder.path)).toEqual([]);
});

function frozen(change: Plain): Plain {
  return { name: 'frozen', days: ['mon'], from: '01:00', to: '02:00', timezone: 'UTC', ...change };
}

/** Writes a sound configuration with these mistakes in it; returns its path. */
function write(name: string, wrong: readonly (typeof mistakes)[number][]): string {
  const dir = join(folder.path, name);
  mkdirSync(join(dir, 'playbooks'), { recursive: true });
  const changes = Object.assign({}, ...wrong.map(({ change }) => change ?? {})) as Plain;
  const playbook = Object.assign({}, restartPlaybook, ...wrong.map((one) => one.playbook ?? {})) as Plain;
  const configFile = join(dir, 'cortex.yaml');
  const text = wrong.find((one) => one.text !== undefined)?.text;
  writeFileSync(
    configFile,
    text ?? stringify({ ...configurationOf([patient]), ...changes }, { aliasDuplicateObjects: false }),
  );
  writeFileSync(join(dir, 'playbooks', 'restart.yaml'), stringify(playbook));
  return configFile;
}

async function run(
  service: string,
  configFile: string,
): Promise<{ readonly status: unknown; readonly output: string }> {
  const child = startProcess([process.execPath, `apps/${service}/dist/main.js`], {
    env: { CORTEX_CONFIG: configFile, CORTEX_NATS_URL: 'nats://127.0.0.1:9', CORTEX_DATA_DIR: `${folder.path}/data` },
  });
  const giveUp = setTimeout(() => void child.kill(), 30_000);
  const status = await child.exited;
  clearTimeout(giveUp);
  return { status, output: child.lines.join('\n') };
}

/** Processes that were started with this folder in their arguments or their environment, but not this one. */
function processesNaming(path: string): readonly string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => ['cmdline', 'environ'].some((file) => readSafely(`/proc/${pid}/${file}`).includes(path)));
}

function readSafely(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended, or is somebody else's.
    return '';
  }
}
