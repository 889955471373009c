import { compileCondition } from '@cortex/conditions';
import type { AnomalyEnd, Playbook, TriggeringSignal } from '@cortex/contracts';

/** What the source of an anomaly said of it since the effect. */
export type SignalWord =
  | { readonly kind: 'cleared'; readonly end: AnomalyEnd | undefined; readonly atMs: number }
  | { readonly kind: 'open'; readonly triggers: readonly string[]; readonly atMs: number };

interface Triggered {
  readonly signals?: readonly TriggeringSignal[];
  readonly playbook: Pick<Playbook, 'id' | 'trigger'>;
}

/** The metrics by which the signals of a remediation can be seen gone. */
export function metricsOfSignals({ signals = [], playbook }: Triggered): string[] {
  const triggering = signals.some((signal) => isRaisedBy(signal, playbook.id));
  return [
    ...signals.flatMap(({ metric }) => metric ?? []),
    ...(triggering ? compileCondition(playbook.trigger.condition).variables : []),
  ];
}

/** The playbook’s own trigger raised it. */
export function isRaisedBy({ triggers = [] }: TriggeringSignal, playbookId: string): boolean {
  return triggers.includes(playbookId);
}
