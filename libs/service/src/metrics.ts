import type { AppName } from '@cortex/contracts';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** A registry for one life of an app. */
export function createMetrics(service: AppName): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  return registry;
}

/** The process's own metrics and `cortex_build_info`: they outlive a change of the configuration. */
export function createProcessMetrics(service: AppName): Registry {
  const registry = createMetrics(service);
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'cortex_build_info',
    help: 'Always 1; the labels say what runs',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version: process.env['CORTEX_VERSION'] ?? '0.1.0', node: process.version }, 1);
  return registry;
}
