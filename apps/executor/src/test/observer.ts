import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import {
  controlBucket,
  draft,
  killSwitchKey,
  remediationCompleted,
  remediationRequested,
  remediationRollbackRequested,
  remediationRolledBack,
  remediationStarted,
  remediationStepCompleted,
} from '@cortex/contracts';
import type { CortexEvent, Remediation } from '@cortex/contracts';

type Seen = CortexEvent<
  'remediation.started' | 'remediation.step.completed' | 'remediation.completed' | 'remediation.rolledback'
>;

/** Publishes as decision and console do, and records every event of the executor. */
export class Observer {
  readonly bus: Bus;
  readonly #seen: Seen[] = [];

  private constructor(bus: Bus) {
    this.bus = bus;
  }

  static async connect(natsUrl: string): Promise<Observer> {
    const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const bus = await connectBus({ servers: natsUrl, source: '/cortex/decision', name: 'observer', logger });
    const observer = new Observer(bus);
    const remember = (event: Seen) => void observer.#seen.push(event);
    await bus.read({ event: remediationStarted, from: 'all', handle: remember });
    await bus.read({ event: remediationStepCompleted, from: 'all', handle: remember });
    await bus.read({ event: remediationCompleted, from: 'all', handle: remember });
    await bus.read({ event: remediationRolledBack, from: 'all', handle: remember });
    return observer;
  }

  async request(remediation: Remediation): Promise<void> {
    const { incidentId, targets } = remediation;
    const service = targets[0]?.service ?? '';
    await this.bus.publish(draft(remediationRequested, { service, incidentId, data: remediation }));
  }

  async requestRollback(remediation: Remediation): Promise<void> {
    const { executionId, incidentId, targets } = remediation;
    const data = {
      executionId,
      incidentId,
      remediation,
      reason: 'it did not help',
      requestedAt: new Date().toISOString(),
    };
    const service = targets[0]?.service ?? '';
    await this.bus.publish(draft(remediationRollbackRequested, { service, incidentId, data }));
  }

  async setKillSwitch(on: boolean): Promise<void> {
    const control = await this.bus.bucket(controlBucket);
    await control.put(killSwitchKey, { on, by: 'test', reason: 'a drill', at: new Date().toISOString() });
  }

  /** Events of one type about one execution, each once. */
  of<Type extends Seen['type']>(type: Type, { executionId }: Remediation): readonly CortexEvent<Type>[] {
    const found = this.#seen.filter((event) => event.type === type && event.data.executionId === executionId);
    return [...new Map(found.map((event) => [event.id, event])).values()] as unknown as CortexEvent<Type>[];
  }

  completed(remediation: Remediation) {
    return this.of('remediation.completed', remediation).at(0)?.data;
  }

  rolledBack(remediation: Remediation) {
    return this.of('remediation.rolledback', remediation).at(0)?.data;
  }
}
