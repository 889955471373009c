export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below {@link apiPrefix}; `:id` stands for a parameter. */
  readonly path: `/${string}`;
}

export const apiPrefix = '/api/v1';

/**
 * The address of every route of the API, by its name. Nothing here needs zod: the page bundles this table, and no
 * schema.
 */
export const endpoints = {
  status: { method: 'GET', path: '/status' },
  series: { method: 'GET', path: '/metrics/series' },
  awaitedMetrics: { method: 'GET', path: '/metrics/awaited' },
  configuration: { method: 'GET', path: '/configuration' },
  reload: { method: 'POST', path: '/configuration/reload' },
  overview: { method: 'GET', path: '/overview' },
  targets: { method: 'GET', path: '/health/targets' },
  checks: { method: 'GET', path: '/health/checks' },
  incidents: { method: 'GET', path: '/incidents' },
  incident: { method: 'GET', path: '/incidents/:id' },
  explanation: { method: 'GET', path: '/incidents/:id/explanation' },
  acknowledge: { method: 'POST', path: '/incidents/:id/acknowledge' },
  close: { method: 'POST', path: '/incidents/:id/close' },
  decisions: { method: 'GET', path: '/decisions' },
  approvals: { method: 'GET', path: '/approvals' },
  approve: { method: 'POST', path: '/approvals/:id/approve' },
  reject: { method: 'POST', path: '/approvals/:id/reject' },
  killSwitch: { method: 'GET', path: '/kill-switch' },
  turnKillSwitch: { method: 'PUT', path: '/kill-switch' },
  silences: { method: 'GET', path: '/silences' },
  silence: { method: 'POST', path: '/silences' },
  unsilence: { method: 'DELETE', path: '/silences/:id' },
  unfreeze: { method: 'POST', path: '/health/targets/unfreeze' },
  playbooks: { method: 'GET', path: '/playbooks' },
  resetBreaker: { method: 'POST', path: '/breakers/:playbook/reset' },
  executions: { method: 'GET', path: '/executions' },
  execution: { method: 'GET', path: '/executions/:id' },
  events: { method: 'GET', path: '/events' },
  auditVerdict: { method: 'GET', path: '/audit/verify' },
  deadLetters: { method: 'GET', path: '/dead-letters' },
} as const satisfies Readonly<Record<string, Endpoint>>;

export type RouteName = keyof typeof endpoints;
