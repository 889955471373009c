export * from './errors.ts';
export * from './free-port.ts';
export * from './nats-server.ts';
export { defaultPorts, type StackPorts } from './ports.ts';
export { processIdentity } from './process-identity.ts';
export { claimStackDir, isRunning, readRunningStack, stopRunningStack } from './running-stack.ts';
export type { KnownProcess, RunningService, RunningStack, StackClaim } from './running-stack.ts';
export * from './service-process.ts';
export * from './stack.ts';
