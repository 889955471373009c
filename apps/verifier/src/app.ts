import { consumeRoutes } from '@cortex/bus';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { followAnomalies } from './adapters/anomaly-words.ts';
import { openRecentHistory } from './adapters/recent-history.ts';
import { createTargetChecks } from './adapters/target-checks.ts';
import { TelemetryTails } from './adapters/telemetry-tail.ts';
import { createVerificationMetrics } from './metrics.ts';
import { loadVerifierPlugins } from './plugins.ts';
import type { VerifierPlugins } from './plugins.ts';
import { verifierRoutes } from './routes.ts';

/** Verifications spend most of their time waiting, so many may run concurrently. */
const concurrency = 64;

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
  const routes = verifierRoutes({
    checks,
    history: openRecentHistory(bus),
    tailTelemetry: (from, onBatches) => telemetry.tail(from, onBatches),
    followAnomalies: (service, from, onWord) => followAnomalies(bus, service, from, onWord),
    metrics,
    logger,
    runtime,
  });
  await consumeRoutes(bus, 'verifier', routes, { concurrency });
  return {};
}
