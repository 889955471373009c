import type { ErrorEntries } from './error-entry.ts';

/** Of `libs/bus`: NATS, its buckets, leases and provisioning. */
export const busErrors = {
  CORTEX_BUS_APPEND: {
    means: 'The stream refuses the append',
    cause: 'Another process appended at the same place, or the stream is full or read-only.',
    fix: 'Look which limit the message names; only one process may append to such a stream.',
  },
  CORTEX_BUS_BAD_ADDRESS: {
    means: 'No NATS server is named',
    cause: '`CORTEX_NATS_URL` or `--nats` is empty.',
    fix: 'Name one or more servers: `nats://host:4222`.',
  },
  CORTEX_BUS_BAD_DRAFT: {
    means: 'An event does not keep its contract, so it was not published',
    cause: 'A mistake in the service that publishes it.',
    fix: 'Report it, with the message: it names the event and the field.',
  },
  CORTEX_BUS_BAD_ENTRY: {
    means: 'A stored value does not keep the schema of its bucket',
    cause: 'Another version of Cortex, or another program, wrote the key; or a service has a mistake.',
    fix: 'Run one version of every service. Delete the key that the message names if another program wrote it.',
  },
  CORTEX_BUS_BAD_KEY: {
    means: 'Not a key, or not a filter of keys, of a bucket',
    cause: 'A name with characters that NATS does not take was not escaped.',
    fix: 'Report it: this is a mistake in Cortex or in a plugin.',
  },
  CORTEX_BUS_BAD_SOURCE: {
    means: 'Not the name of a source of events',
    cause: 'A program opened the bus with a source that is not of the form `/cortex/<app>`.',
    fix: 'Use `/cortex/<app>`.',
  },
  CORTEX_BUS_CLOSED: {
    means: 'An operation was given up, because the process shuts down',
    cause: 'The process got a signal to end while it worked.',
    fix: 'Nothing: the event is delivered again, to this process or to another.',
  },
  CORTEX_BUS_CONTENTION: {
    means: 'A record changed under each try to change it',
    cause: 'Many processes write the same key at once.',
    fix: 'Nothing if it is rare: the event is tried again. Else look for what publishes so much about one thing.',
  },
  CORTEX_BUS_DISCONNECTED: {
    means: 'The connection to NATS dropped before the answer',
    cause: 'The server restarted, or the network broke.',
    fix: 'Nothing: the request is made again once the connection is back.',
  },
  CORTEX_BUS_HANDED_OVER: {
    means: 'A message may have gone to another consumer, so its handler was stopped',
    cause: 'NATS could not be told for too long that the handler still works.',
    fix: 'Nothing if it is rare. Else look at the connection to NATS and at the load of the machine.',
  },
  CORTEX_BUS_NOT_PROVISIONED: {
    means: 'A stream or bucket does not exist on this NATS server',
    cause: 'The server is new, or `cortex provision` ran against another one.',
    fix: 'Run `cortex provision` against the same server, then start again.',
  },
  CORTEX_BUS_PERMISSION: {
    means: 'NATS refuses a subject to this identity',
    cause: 'The user of the connection lacks a permission.',
    fix: 'Give the user of the service the subject that the message names.',
  },
  CORTEX_BUS_READ_INTERRUPTED: {
    means: 'The server stopped answering in the middle of a read',
    cause: 'The server restarted or is overloaded.',
    fix: 'Nothing: the read is made again.',
  },
  CORTEX_BUS_REQUEST: {
    means: 'NATS refuses a request',
    cause: 'A limit of the server or the stream, or a request that it does not know.',
    fix: 'Look at what the server said, in the message; `nats-server` must be 2.9.10 or newer with JetStream on.',
  },
  CORTEX_BUS_UNAVAILABLE: {
    means: 'NATS did not answer in time; whether the request took effect is unknown',
    cause: 'The server is down, restarts, has no leader, or cannot be reached.',
    fix: 'Check that the server runs and can be reached. Services try again by themselves.',
  },
  CORTEX_BUS_UNREACHABLE: {
    means: 'NATS could not be reached at the start',
    cause: 'The server does not run, the address is wrong, or it refuses the user.',
    fix: 'Start the server, or correct `CORTEX_NATS_URL`.',
  },
  CORTEX_LEASE_LOST: {
    means: 'A lease is lost, or can no longer be proved to be held',
    cause: 'NATS could not be reached for longer than the lease lives, or another process took it over.',
    fix: 'Nothing: whatever needed the lease stops, and the next owner goes on. Look at the connection if it happens often.',
  },
  CORTEX_LEASE_WITHOUT_END: {
    means: 'The bucket of leases has no time to live',
    cause: 'Something else than `cortex provision` made the bucket.',
    fix: 'Delete the bucket while Cortex is stopped, then run `cortex provision`.',
  },
  CORTEX_PROVISION_CREATE: {
    means: 'A stream could not be created',
    cause: 'No room in the store, fewer servers than replicas, or a stream of another name with the same subjects.',
    fix: 'Do what the message says, then run `cortex provision` again.',
  },
  CORTEX_PROVISION_MISMATCH: {
    means: 'A stream or bucket is not set up as Cortex needs it',
    cause: 'It was changed by hand, made by another version, or the server does not know a setting.',
    fix: 'Do what stands behind each setting, then run `cortex provision` again.',
  },
  CORTEX_PROVISION_SERVER: {
    means: 'This NATS server cannot be used',
    cause: 'It is older than 2.9.10, or JetStream is off.',
    fix: 'Update the server, or start it with JetStream (`-js`).',
  },
} as const satisfies ErrorEntries;
