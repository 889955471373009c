import type { CheckPlugin } from './define-check.ts';
import { noActiveBackups } from './preconditions/no-active-backups.ts';
import { sufficientPermissions } from './preconditions/sufficient-permissions.ts';
import { writableFilesystem } from './preconditions/writable-filesystem.ts';
import { securityPosture } from './comprehensive/security-posture.ts';
import { filesystemIo } from './deep/filesystem-io.ts';
import { kubernetesWorkload } from './deep/kubernetes-workload.ts';
import { messageQueue } from './deep/message-queue.ts';
import { basicMetrics } from './shallow/basic-metrics.ts';
import { httpEndpoint } from './shallow/http-endpoint.ts';
import { processRunning } from './shallow/process-running.ts';
import { tcpPort } from './shallow/tcp-port.ts';

const plugins: readonly CheckPlugin[] = [
  basicMetrics,
  filesystemIo,
  securityPosture,
  kubernetesWorkload,
  messageQueue,
  httpEndpoint,
  tcpPort,
  processRunning,
  writableFilesystem,
  noActiveBackups,
  sufficientPermissions,
];

/** The checks that come with Cortex, by name. */
export const builtinChecks: ReadonlyMap<string, CheckPlugin> = new Map(plugins.map((plugin) => [plugin.name, plugin]));
