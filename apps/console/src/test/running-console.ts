import { connectBus, type Bucket, type Bus } from '@cortex/bus';
import { incidentBucket, type Incident, type IncidentRecord } from '@cortex/contracts';
import { readEnvironment, startService, type StartedService } from '@cortex/service';
import { pino } from 'pino';
import { startConsole } from '../app.ts';
import type { ConsoleSettings } from '../settings.ts';
import { recordOf, sampleConfiguration } from './samples.ts';

/** A console on a free port, and a bus of the test's own for the other services' writes. */
export interface RunningConsole {
  readonly url: string;
  readonly bus: Bus;
  readonly incidents: Bucket<IncidentRecord>;
  readonly service: StartedService;
  putIncident(incident: Incident): Promise<void>;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export async function startRunningConsole(
  natsUrl: string,
  dataDir: string,
  settings: ConsoleSettings = { trustedHosts: [] },
  config = sampleConfiguration(),
  port = 0,
): Promise<RunningConsole> {
  const logger = pino({ level: 'silent' });
  const service = await startService(
    { name: 'console', start: (context) => startConsole(context, settings) },
    {
      environment: readEnvironment({
        CORTEX_NATS_URL: natsUrl,
        CORTEX_DATA_DIR: dataDir,
        CORTEX_CONFIG: 'unused.yaml',
        CORTEX_HTTP_PORT: String(port),
      }),
      config,
      logger,
    },
  );
  const bus = await connectBus({ servers: natsUrl, source: '/cortex/decision', name: 'test-writer', logger });
  const incidents = await bus.bucket(incidentBucket);
  const url = `http://127.0.0.1:${service.port}`;
  return {
    url,
    bus,
    incidents,
    service,
    async putIncident(incident) {
      await incidents.put(incident.id, recordOf(incident));
    },
    async call(method, path, body, headers = {}) {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = (response.headers.get('content-type') ?? '').includes('json');
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
    },
    async stop() {
      await service.stop();
      await bus.drain(1_000);
    },
  };
}
