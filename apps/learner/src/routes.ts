import type { Routes } from '@cortex/bus';
import { handleIncidentResolved } from './handlers/incident-resolved.ts';
import type { Knowledge } from './knowledge.ts';

/** How each event is learned from. */
export function learnerRoutes(knowledge: Knowledge): Routes<'learner'> {
  return {
    'incident.resolved': handleIncidentResolved(knowledge),
    // How long the steps took and whether they ran.
    'remediation.completed': ({ subject, data }) =>
      knowledge.learn({ part: 'completed', at: data.completedAt, completed: data }, subject),
    // Whether the playbook helped.
    'verification.completed': ({ subject, data }) =>
      knowledge.learn({ part: 'verified', at: data.completedAt, verified: data }, subject),
    // A rollback that failed is a failure mode of its playbook.
    'remediation.rolledback': ({ subject, data }) =>
      knowledge.learn({ part: 'rolledback', at: data.completedAt, rolledBack: data }, subject),
  };
}
