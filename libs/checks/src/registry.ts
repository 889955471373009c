import type { CheckPlugin } from './define-check.ts';
import { backupIntegrity } from './comprehensive/backup-integrity/backup-integrity.ts';
import { dataConsistency } from './comprehensive/data-consistency/data-consistency.ts';
import { endToEndWorkflow } from './comprehensive/end-to-end-workflow/end-to-end-workflow.ts';
import { performanceBenchmark } from './comprehensive/performance-benchmark/performance-benchmark.ts';
import { securityPosture } from './comprehensive/security-posture/security-posture.ts';
import { apiDependency } from './deep/api-dependency/api-dependency.ts';
import { cacheFunctionality } from './deep/cache-functionality/cache-functionality.ts';
import { databaseConnectivity } from './deep/database-connectivity/database-connectivity.ts';
import { dnsResolution } from './deep/dns-resolution/dns-resolution.ts';
import { filesystemIo } from './deep/filesystem-io/filesystem-io.ts';
import { kubernetesWorkload } from './deep/kubernetes-workload/kubernetes-workload.ts';
import { messageQueue } from './deep/message-queue/message-queue.ts';
import { noActiveBackups } from './preconditions/no-active-backups/no-active-backups.ts';
import { sufficientPermissions } from './preconditions/sufficient-permissions/sufficient-permissions.ts';
import { writableFilesystem } from './preconditions/writable-filesystem/writable-filesystem.ts';
import { basicMetrics } from './shallow/basic-metrics/basic-metrics.ts';
import { httpEndpoint } from './shallow/http-endpoint/http-endpoint.ts';
import { processRunning } from './shallow/process-running/process-running.ts';
import { tcpPort } from './shallow/tcp-port/tcp-port.ts';

const plugins: readonly CheckPlugin[] = [
  httpEndpoint,
  tcpPort,
  processRunning,
  basicMetrics,
  databaseConnectivity,
  cacheFunctionality,
  apiDependency,
  filesystemIo,
  messageQueue,
  dnsResolution,
  kubernetesWorkload,
  endToEndWorkflow,
  dataConsistency,
  performanceBenchmark,
  backupIntegrity,
  securityPosture,
  writableFilesystem,
  noActiveBackups,
  sufficientPermissions,
];

/** The checks that come with Cortex, by name. */
export const builtinChecks: ReadonlyMap<string, CheckPlugin> = new Map(plugins.map((plugin) => [plugin.name, plugin]));
