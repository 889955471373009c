import type { AppName } from '@cortex/contracts';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/**
 * How often the delay of the event loop is measured; what is measured includes it. At prom-client's 10 ms it takes 0.4 % of a
 * core, of each loop.
 */
const eventLoopPrecisionMs = 50;

/** A registry for one life of an app. */
export function createMetrics(service: AppName): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  return registry;
}

/** `cortex_build_info` and, if asked for, the metrics of Node.js: they outlive a change of the configuration. */
export function createHostMetrics(service: AppName, hasProcessMetrics: boolean): Registry {
  const registry = createMetrics(service);
  if (hasProcessMetrics) {
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopPrecisionMs });
  }
  new Gauge({
    name: 'cortex_build_info',
    help: 'Always 1; the labels say what runs',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version: process.env['CORTEX_VERSION'] ?? '0.1.0', node: process.version }, 1);
  return registry;
}
