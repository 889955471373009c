export type * from './ports.ts';
export { connectMemoryBus } from './memory/connect-memory-bus.ts';
export type { MemoryBusOptions } from './memory/connect-memory-bus.ts';
export type { MemoryNetwork } from './memory/memory-network.ts';
export { MemoryServer } from './memory/memory-server.ts';
export { archive, keepArchiving } from './archive.ts';
export type { Archiving } from './archive.ts';
export { BucketMirror } from './bucket-mirror.ts';
export type * from './raw-ports.ts';
export { connectBus } from './connect.ts';
export type { ConnectOptions, ServerAddress } from './nats/open-connection.ts';
export type { DeadLetterReason } from './dead-letter-reason.ts';
export {
  BadDraftError,
  BadEntryError,
  BusClosedError,
  BusError,
  BusUnavailableError,
  LeaseLostError,
  NotProvisionedError,
} from './errors.ts';
export type { BusHooks, BusLogger, HandlingOutcome } from './hooks.ts';
export { derivedId } from './ids.ts';
export { ProvisionMismatchError, provision } from './nats/provision.ts';
export type { Difference, ProvisionOptions, ProvisionReport } from './nats/provision.ts';
export type { Durability } from './nats/server-facts.ts';
export { parseMessage } from './envelope/parse-message.ts';
export { consumeRoutes } from './routes.ts';
export type { Route, Routes } from './routes.ts';
