import { defaultPorts, freePortNear } from '@cortex/local-stack';
import { fail, ok, warn, type Finding, type Subject } from '../finding.ts';

/** Whether the ports that `cortex up` would take are free. */
export async function examinePorts({ stack, configuration }: Subject): Promise<readonly Finding[]> {
  if (stack !== undefined) return [ok('ports', portsOf(stack))];
  const otlp = configuration?.collector.otlp.port ?? 0;
  const movable = [
    { port: configuration?.console.port ?? 0, what: 'the console' },
    { port: defaultPorts.nats, what: 'nats-server' },
    { port: defaultPorts.firstService, what: 'the health and metrics of services' },
  ];
  const findings: Finding[] = [];
  for (const { port, what } of movable) {
    if (await isFree(port)) continue;
    findings.push(
      warn(
        'ports',
        `${port} (${what}) is taken`,
        '`cortex up` takes another one, and says so; free it, or set another',
      ),
    );
  }
  if (!(await isFree(otlp))) {
    findings.push(
      fail('ports', `${otlp} (telemetry, collector.otlp.port) is taken`, 'free it, or set collector.otlp.port'),
    );
  }
  const tried = [otlp, ...movable.map(({ port }) => port)].filter((port) => port !== 0);
  return findings.length > 0 ? findings : [ok('ports', `${tried.join(', ')} are free`)];
}

async function isFree(port: number): Promise<boolean> {
  return port === 0 || (await freePortNear(port)) === port;
}

function portsOf({ services, natsUrl }: NonNullable<Subject['stack']>): string {
  const named = services.map(({ name, port }) => `${name} ${port}`);
  const nats = natsUrl === undefined ? [] : [`nats ${new URL(natsUrl.split(',')[0] ?? natsUrl).port}`];
  return `the stack uses ${[...nats, ...named].join(', ')}`;
}
