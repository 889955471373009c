/** Starts a dead patient anew. `more` goes over its own parts. */
export function restartPlaybook(
  more: Readonly<Record<string, unknown>> = {},
  { delayMs = 0 }: { readonly delayMs?: number } = {},
): Record<string, unknown> {
  return {
    playbook_id: 'restart-001',
    name: 'Restart a dead patient',
    version: '1.0.0',
    category: 'application',
    severity: 'high',
    trigger: {
      condition: 'health_state in ["UNHEALTHY", "CRITICAL"] AND "process_running" in failing_check_types',
      duration: '0s',
    },
    remediation_steps: [
      { step: 1, name: 'Start it anew', action: 'start_with_token', delay_ms: delayMs, timeout: '20s' },
    ],
    verification: { wait_time: '0s', retry: 20, immediate_timeout: '10s', health_checks: { duration: '600ms' } },
    rollback: { available: false, reason: 'A restart has no undo' },
    escalation: { on_failure: true, notify: ['on_call'] },
    safety: { max_retries: 5, require_approval: false, blast_radius: 'single_host' },
    ...more,
  };
}
