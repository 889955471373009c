import type { Consumption } from '@cortex/bus';
import { compileCorrelation } from '@cortex/detection';
import type { ServiceContext } from '@cortex/service';
import { readAnomalies } from './adapters/anomaly-stream.ts';
import { createCorrelationHandler } from './handlers/anomaly-signals.ts';

/** Starts to add the correlation across services to the anomalies of all partitions. */
export function startCorrelation({ bus, config, logger }: ServiceContext): Promise<Consumption> {
  const settings = compileCorrelation(config.services);
  return readAnomalies(bus, createCorrelationHandler({ settings, bus, logger }));
}
