import type { EscalationRecord } from '@cortex/contracts';

/** What the record of an escalation says of its pages. */
export type Pages = Pick<EscalationRecord, 'notifications' | 'plan' | 'untoldFor'>;
