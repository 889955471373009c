export { KeyedQueue } from './keyed-queue.ts';
export { backOffMs, pause, waitFor } from './pause.ts';
export { randomUuid } from './random-uuid.ts';
export type { Runtime, RuntimeTimer } from './runtime.ts';
export { Semaphore } from './semaphore.ts';
export { Slots } from './slots.ts';
export type { Pace } from './slots.ts';
export { systemRuntime } from './system-runtime.ts';
export { withDeadline } from './with-deadline.ts';
