import { shortId } from '@cortex/api';
import { CortexError } from '@cortex/errors';
import { startStack, type Stack } from '@cortex/local-stack';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiClient } from '../api/api-client.ts';
import type { ApiClient } from '../api/api-client-port.ts';
import { followEvents } from '../api/follow-events.ts';
import { demoActs } from './acts.ts';
import { knownEvent, type KnownEvent } from './known-event.ts';
import { startPageReceiver } from './page-receiver.ts';
import { startPatients, stopPatients } from './patients.ts';
import { prepareSite } from './prepare.ts';
import { playStory, type ActResult } from './story.ts';

export interface DemoOptions {
  /** End after the last act. */
  readonly once: boolean;
  /** Acts to play, by key; empty means all. */
  readonly acts: readonly string[];
  readonly dir: string;
  readonly templates: string;
  readonly appsDir: string;
  readonly consolePort: number;
  readonly isEachInItsProcess: boolean;
  readonly print: (line: string) => void;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

const actTimeoutMs = 90_000;

/** Starts everything, breaks four real things, and reports how each ended. True when all ended as announced. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { print } = options;
  const startedAt = performance.now();
  const receiver = await startPageReceiver();
  const site = await prepareSite(options.dir, options.templates, receiver.port);
  receiver.useSecret(site.pageSecret);
  const feedEnd = new AbortController();
  let stack: Stack | undefined;
  let pidFiles: readonly string[] = [];
  try {
    // The patients are up before Cortex checks them: a missing service would be healed at once.
    pidFiles = startPatients(site);
    stack = await startStack({
      configFile: site.configFile,
      dir: options.dir,
      appsDir: options.appsDir,
      layout: { kind: options.isEachInItsProcess ? 'processes' : 'one-process' },
      consolePort: options.consolePort,
      env: { CORTEX_DEMO_PAGE_SECRET: site.pageSecret },
      onEvent: print,
    });
    print(
      `${stack.services.size} services and nats-server are ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
    );
    print(`console: ${stack.consoleUrl}`);
    const listeners = new Set<(event: KnownEvent) => void>();
    const feed = followEvents(
      stack.consoleUrl,
      (envelope) => {
        const event = knownEvent(envelope);
        if (event !== undefined) listeners.forEach((listener) => listener(event));
      },
      AbortSignal.any([options.signal, feedEnd.signal]),
    );
    await Promise.race([feed.connected, feed.ended]);
    feed.ended.catch((error: unknown) => print(String(error)));
    const { consoleUrl } = stack;
    const api = createApiClient(() => consoleUrl, undefined, options.signal);
    await waitForHealthy(api, ['shop-1', 'ledger-1'], options.signal);
    const results = await playStory({
      acts: demoActs(site, receiver, performance.now()).filter(
        (act) => options.acts.length === 0 || options.acts.includes(act.key),
      ),
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      print,
      actTimeoutMs,
      signal: options.signal,
    });
    if (options.signal.aborted) return false;
    await saveExplanations(api, results, options.dir);
    printSummary(results, consoleUrl, options);
    if (!options.once) await untilAborted(options.signal);
    return results.length > 0 && results.every((result) => result.asTold);
  } finally {
    feedEnd.abort();
    try {
      await stack?.stop();
    } finally {
      // Not before: Cortex would start them again.
      stopPatients(pidFiles, site.patientFile);
      site.disk.remove();
      receiver.stop();
    }
  }
}

async function waitForHealthy(api: ApiClient, instances: readonly string[], signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline && !signal.aborted) {
    const { targets } = await api.call('targets');
    const healthy = targets.filter(({ state }) => state === 'HEALTHY').map(({ target }) => target.instance);
    if (instances.every((instance) => healthy.includes(instance))) return;
    await pause(100, signal);
  }
  throw new CortexError(
    'CORTEX_DEMO_FAILED',
    `the patients did not become healthy within 30 s: ${instances.join(', ')}`,
  );
}

/** So that `cortex explain` works when the demo has ended and its console with it. */
async function saveExplanations(api: ApiClient, results: readonly ActResult[], dir: string): Promise<void> {
  const folder = join(dir, 'run', 'explanations');
  mkdirSync(folder, { recursive: true });
  for (const { incidentId } of results) {
    if (incidentId === undefined) continue;
    const text = await api.text('explanation', { params: { id: incidentId } }).catch(() => undefined);
    if (text !== undefined) writeFileSync(join(folder, `${incidentId}.txt`), text);
  }
}

function printSummary(results: readonly ActResult[], consoleUrl: string, options: DemoOptions): void {
  const { print } = options;
  print('');
  for (const result of results) {
    print(
      `${result.asTold ? '✓' : '✗'} (${result.key}) ${result.title}: ${result.asTold ? `${result.seconds.toFixed(1)} s` : result.why}`,
    );
    if (result.incidentId !== undefined) print(`    npx cortex explain ${shortId(result.incidentId)}`);
  }
  print('');
  if (!options.once)
    print(
      `The console stays at ${consoleUrl} until Ctrl-C. Break something yourself: kill a patient, fill ${join(options.dir, 'disk')}.`,
    );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const timer = setTimeout(resume, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resume();
    });
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resume) => signal.addEventListener('abort', () => resume()));
}
