import { runService } from '../run-service.ts';

/** A service in a process of its own, whose last words take for ever: `service-process.ts`, configured by its environment. */
await runService({
  name: 'console',
  start: async () => ({ beforeDrain: () => new Promise<void>(() => undefined) }),
});
