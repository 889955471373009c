import type { KnownEvent } from './known-event.ts';

/** An event in one line for a spectator; undefined for events that are only noise here. */
export function narrate(event: KnownEvent): { readonly what: string; readonly text: string } | undefined {
  const line = (what: string, text: string): { what: string; text: string } => ({ what, text });
  switch (event.type) {
    case 'health.changed': {
      const { data } = event;
      if (data.from === data.to) return undefined;
      const failing = data.failing.map((check) => check.check).join(', ');
      return line(
        'health',
        `${data.target.instance}: ${data.from} → ${data.to}${failing === '' ? '' : ` (failing: ${failing})`}`,
      );
    }
    case 'anomaly.detected':
      return line('anomaly', event.data.explanation);
    case 'anomaly.cleared': {
      const { data } = event;
      return line('cleared', `${data.metric} of ${data.instance ?? data.service}: ${data.reason}`);
    }
    case 'incident.opened': {
      const { incident } = event.data;
      return line('incident', `${incident.id} opened, ${incident.severity}: ${incident.title}`);
    }
    case 'decision.made': {
      const { decision } = event.data;
      return line('decision', `${decision.outcome}: ${decision.reason}`);
    }
    case 'remediation.started': {
      const { data } = event;
      return line(
        'remediation',
        `${data.playbookId} started on ${data.targets.map((target) => target.instance).join(', ')}`,
      );
    }
    case 'remediation.step.completed': {
      const { phase, result } = event.data;
      return line(
        phase === 'rollback' ? 'undo' : 'step',
        `${result.name}: ${result.outcome} in ${result.durationMs} ms (${result.detail})`,
      );
    }
    case 'remediation.completed': {
      const { data } = event;
      return line('remediation', `${data.outcome}: ${data.reason}`);
    }
    case 'remediation.rolledback': {
      const { data } = event;
      return line('rollback', `${data.outcome}: ${data.reason}`);
    }
    case 'verification.completed': {
      const { data } = event;
      return line('verification', `${data.state}: ${data.reason}`);
    }
    case 'incident.resolved': {
      const { resolution } = event.data.incident;
      if (resolution === undefined) return line('resolved', 'ended');
      return line(
        'resolved',
        `by ${resolution.method}, well again ${(resolution.timeToResolutionMs / 1000).toFixed(1)} s after detection`,
      );
    }
    case 'escalation.requested':
      return line('escalation', event.data.reason);
    case 'escalation.notified': {
      const { data } = event;
      return line(
        'page',
        `${data.contact} by ${data.channel}: ${data.delivered ? 'delivered' : `not delivered (${data.detail})`}`,
      );
    }
    default:
      return undefined;
  }
}
