/** The series that the collector makes of the machine that it runs on. */
export const hostMetrics = {
  cpuUsage: 'cpu_usage_percent',
  memoryUsage: 'memory_usage_percent',
  memoryAvailable: 'memory_available_bytes',
  load: 'load_1m',
  diskUsage: 'disk_usage_percent',
  diskFree: 'disk_free_bytes',
} as const;
