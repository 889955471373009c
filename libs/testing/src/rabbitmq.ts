import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@cortex/local-stack';
import type { TestCertificate } from './certificate.ts';
import { writeCertificate } from './certificate-files.ts';
import { eventually } from './eventually.ts';
import { startProcess } from './process.ts';
import { startServer } from './server-process.ts';
import type { TestServer } from './server-process.ts';

const run = promisify(execFile);

export interface TestRabbitmq extends TestServer {
  /** Where it speaks TLS, if it was given a certificate. */
  readonly tlsPort: number;
  /** `rabbitmqctl` with these arguments. */
  control(...argv: readonly string[]): Promise<string>;
}

/** Debian's own program of this name switches to another user; these are the programs that it runs. */
const programs = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin'];

/**
 * A real RabbitMQ: its own node name, ports, folders and epmd, separate from other nodes of the machine. User guest,
 * password guest.
 */
export async function startRabbitmq(certificate?: TestCertificate): Promise<TestRabbitmq> {
  const [epmdPort, distributionPort, tlsPort] = [await freePort(), await freePort(), await freePort()];
  let control: TestRabbitmq['control'] = () => Promise.reject(new Error('rabbitmq has not been started'));
  const epmd = startProcess(['epmd', '-port', String(epmdPort), '-address', '127.0.0.1', '-relaxed_command_check']);
  const server = await startServer({
    name: 'rabbitmq',
    prepare: async (folder) => {
      mkdirSync(join(folder, 'mnesia'));
      const settings = ['log.console = true', 'log.file = false', 'log.console.level = info'];
      if (certificate !== undefined) settings.push(...tlsSettings(folder, certificate, tlsPort));
      writeFileSync(join(folder, 'rabbitmq.conf'), `${settings.join('\n')}\n`);
      writeFileSync(join(folder, 'enabled_plugins'), '[].\n');
      writeFileSync(join(folder, 'rabbitmq-env.conf'), '');
    },
    argv: (folder, port) => {
      const settings = {
        HOME: folder,
        ERL_EPMD_PORT: epmdPort,
        ERL_EPMD_ADDRESS: '127.0.0.1',
        RABBITMQ_NODENAME: `cortex-${port}@localhost`,
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: port,
        RABBITMQ_DIST_PORT: distributionPort,
        RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
        RABBITMQ_LOG_BASE: folder,
        RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
        RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
        // One small scheduler; and the script becomes the server instead of waiting for it, so that signals reach it.
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none -noinput',
        RUNNING_UNDER_SYSTEMD: 'true',
      };
      const env = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
      control = async (...argv) => (await run('env', [...env, program('rabbitmqctl'), ...argv])).stdout;
      return ['env', ...env, program('rabbitmq-server')];
    },
    ready: async (started, port) => {
      await started.waitForLine(/Server startup complete|Starting broker... completed/, 60_000);
      await eventually(() => started.lines.some((line) => line.includes(`:${port}`)));
    },
  }).catch(async (error: unknown) => {
    await epmd.kill();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await server.kill();
    await server.stop();
    await epmd.kill();
  };
  const own = { tlsPort, control: (...argv: readonly string[]) => control(...argv), stop };
  return Object.defineProperties({} as TestRabbitmq, {
    ...Object.getOwnPropertyDescriptors(server),
    ...Object.getOwnPropertyDescriptors(own),
  });
}

function tlsSettings(folder: string, certificate: TestCertificate, port: number): readonly string[] {
  const { certFile, keyFile } = writeCertificate(folder, certificate);
  return [
    `listeners.ssl.1 = 127.0.0.1:${port}`,
    `ssl_options.certfile = ${certFile}`,
    `ssl_options.keyfile = ${keyFile}`,
    'ssl_options.verify = verify_none',
    'ssl_options.fail_if_no_peer_cert = false',
  ];
}

function program(name: string): string {
  return programs.map((folder) => join(folder, name)).find(existsSync) ?? name;
}
