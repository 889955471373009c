import type { RunningApp, ServiceContext } from '@cortex/service';
import { openRecentHistory } from './adapters/recent-history.ts';
import { createTargetChecks } from './adapters/target-checks.ts';
import { TelemetryTails } from './adapters/telemetry-tail.ts';
import { consumeRemediationCompleted } from './handlers/remediation-completed.ts';
import { createVerificationMetrics } from './metrics.ts';
import { loadVerifierPlugins } from './plugins.ts';
import type { VerifierPlugins } from './plugins.ts';

/** Verifies recovery after every remediation that ran, or reports that it cannot tell. */
export async function startVerifier(
  context: ServiceContext,
  plugins: VerifierPlugins | Promise<VerifierPlugins> = loadVerifierPlugins(context.config.pluginFolders),
): Promise<RunningApp> {
  const { bus, config, logger, runtime } = context;
  const metrics = createVerificationMetrics(context.metrics);
  const { checks: registry } = await plugins;
  const checks = createTargetChecks({ config, registry, runtime, onOutcome: metrics.checked });
  const telemetry = new TelemetryTails(bus);
  await consumeRemediationCompleted({
    bus,
    checks,
    history: openRecentHistory(bus),
    tailTelemetry: (from, onBatches) => telemetry.tail(from, onBatches),
    metrics,
    logger,
    runtime,
  });
  return {};
}
