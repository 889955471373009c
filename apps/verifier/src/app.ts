import { loadChecks } from '@cortex/checks';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { openRecentHistory } from './adapters/recent-history.ts';
import { createTargetChecks } from './adapters/target-checks.ts';
import { TelemetryTails } from './adapters/telemetry-tail.ts';
import { consumeRemediationCompleted } from './handlers/remediation-completed.ts';
import { createVerificationMetrics } from './metrics.ts';

/** Proves recovery after every remediation that ran, or says that it cannot tell. */
export async function startVerifier(context: ServiceContext): Promise<RunningApp> {
  const { bus, config, logger, now } = context;
  const metrics = createVerificationMetrics(context.metrics);
  const registry = await loadChecks(config.pluginFolders);
  const checks = createTargetChecks({ config, registry, now, onOutcome: metrics.checked });
  const telemetry = new TelemetryTails(bus);
  await consumeRemediationCompleted({
    bus,
    checks,
    history: openRecentHistory(bus),
    tailTelemetry: (from, onBatches) => telemetry.tail(from, onBatches),
    metrics,
    logger,
    now,
  });
  return {};
}
