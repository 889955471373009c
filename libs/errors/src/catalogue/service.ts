import type { ErrorEntries } from './error-entry.ts';

/** Of single services; most of these the service repairs itself and only logs. */
export const serviceErrors = {
  CORTEX_AUDITOR_CHAIN_TAKEN: {
    means: 'Another auditor continued the chain, so this one stands by',
    cause: 'Two auditors ran for a moment, as in a restart.',
    fix: 'Nothing: nothing is lost.',
  },
  CORTEX_COLLECTOR_HOST_METRICS: {
    means: 'A file system did not tell its size in time',
    cause: 'A mount hangs, most often of a network.',
    fix: 'Mend or unmount it; the other metrics of the machine go on.',
  },
  CORTEX_COLLECTOR_LISTEN: {
    means: 'The address for telemetry could not be taken',
    cause: 'Another process has the port.',
    fix: 'Free the port, or set `collector.otlp.port` to another one or to 0.',
  },
  CORTEX_COLLECTOR_QUERY_FAILED: {
    means: 'Prometheus answered a query without samples',
    cause: 'The query is wrong, too slow, or the server is overloaded.',
    fix: 'Try the query in Prometheus itself, and correct it under `collector`.',
  },
  CORTEX_COLLECTOR_REQUEST_REFUSED: {
    means: 'Telemetry was refused',
    cause: 'The body is malformed or too large, or too much waits: then the status is 503.',
    fix: 'Do what the answer says. Senders send again after 429 and 503 by themselves.',
  },
  CORTEX_DECISION_CONTENTION: {
    means: 'An incident changed under each try to change it',
    cause: 'Several replicas handle very many events about one incident at once.',
    fix: 'Nothing: the event is tried again. Look for a source of signals that does not end if it happens often.',
  },
  CORTEX_DETECTOR_FIT_FAILED: {
    means: 'The thread that fits models ended',
    cause: 'It ran out of memory, or has a mistake.',
    fix: 'Give the detector more memory; report it if it happens again. Detection goes on without new models.',
  },
  CORTEX_DETECTOR_OVERTAKEN: {
    means: 'Another detector has taken the partition over',
    cause: 'Partitions were shared out anew while this detector could not reach NATS.',
    fix: 'Nothing: the other one goes on from the same state.',
  },
  CORTEX_DETECTOR_SNAPSHOT_CONFLICT: {
    means: 'The snapshot of a partition was written by somebody else meanwhile',
    cause: 'The partition has another owner by now, or the answer to an earlier write was lost.',
    fix: 'Nothing: whoever owns it writes the next one.',
  },
  CORTEX_DETECTOR_SNAPSHOT_UNUSABLE: {
    means: 'The saved state of detection cannot be used',
    cause: 'Another version wrote it, or its parts are of different times.',
    fix: 'Nothing: the state is built anew from the telemetry that is left.',
  },
  CORTEX_ESCALATOR_CONTACT: {
    means: 'A contact cannot be reached by a channel as configured',
    cause: 'The channel does not exist, or does not take its parameters.',
    fix: 'Correct its channels under `escalation.contacts`.',
  },
  CORTEX_EXECUTION_KILL_SWITCH: {
    means: 'The kill switch went on while a playbook ran',
    cause: 'A human, or a record of the switch that cannot be read.',
    fix: 'Nothing: no further step begins. `cortex get kill-switch` tells who and why.',
  },
  CORTEX_EXECUTION_LATER: {
    means: 'An execution goes on later',
    cause: 'Something that it needs is held or cannot be reached now; the message says what.',
    fix: 'Nothing: it is tried again, and the journal says where to go on.',
  },
  CORTEX_EXECUTION_JOURNAL_UNREADABLE: {
    means: 'The journal of an execution cannot be read',
    cause: 'Its record was written by another version, restored in part, or damaged; it is in the quarantine.',
    fix: 'See to its targets by hand: nobody knows what was done to them. `cortex doctor` shows the record and how to repair it.',
  },
  CORTEX_EXECUTION_STEP_TIMEOUT: {
    means: 'A step took longer than its time',
    cause: 'The target is slow or hangs, or `timeout` of the step is too short.',
    fix: 'Look at the target; give the step a longer `timeout` if it was still at work.',
  },
  CORTEX_PLAYBOOK_JOURNAL_ORDER: {
    means: 'A journal entry must not follow what the journal holds',
    cause: 'A second writer, or a mistake in Cortex.',
    fix: 'Nothing if it is rare: the execution is resumed from its journal. Else report it.',
  },
  CORTEX_PLAYBOOK_TEMPLATE: {
    means: 'A `${…}` in a parameter names nothing that Cortex knows',
    cause: 'A mistyped variable, or one that this incident does not have.',
    fix: 'Use one of those that the message lists; `$${` writes a plain `${`.',
  },
  CORTEX_VERIFICATION_INTERRUPTED: {
    means: 'A verification was handed back, because the verifier stops',
    cause: 'The process got a signal to end.',
    fix: 'Nothing: another verifier begins it anew.',
  },
} as const satisfies ErrorEntries;
