import type { EscalationPolicy, EventData } from '@cortex/contracts';
import type { EscalationSettings } from './settings.ts';

type Request = EventData<'escalation.requested'>;

/**
 * The policy that names the service, else its kind, else one that names nothing; in each group one that lists the
 * severity or lists none. When none fits, everybody is notified at once: a page must not fail for want of a policy.
 */
export function choosePolicy(request: Request, settings: EscalationSettings): EscalationPolicy {
  const groups = [
    settings.policies.filter((policy) => policy.appliesTo.includes(request.service)),
    settings.policies.filter(
      (policy) => request.serviceKind !== undefined && policy.appliesTo.includes(request.serviceKind),
    ),
    settings.policies.filter((policy) => policy.appliesTo.length === 0),
  ];
  for (const group of groups) {
    const policy = group.find(
      (candidate) => candidate.severities.length === 0 || candidate.severities.includes(request.severity),
    );
    if (policy !== undefined) return policy;
  }
  return everybody(settings);
}

function everybody(settings: EscalationSettings): EscalationPolicy {
  return {
    id: 'everybody',
    name: 'Everybody at once: no policy fits',
    appliesTo: [],
    severities: [],
    chain: [{ level: 1, delayMs: 0, condition: 'always', notify: settings.contacts.map((contact) => contact.name) }],
  };
}
