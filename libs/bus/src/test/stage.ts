import { afterAll, beforeAll, describe, test } from 'vitest';
import type { PublishAck } from '../jetstream.ts';
import type { Bus } from '../ports.ts';
import type { Cable, ConnectSiteOptions, Site, StartSite } from './site.ts';

/** What the tests of one group share: a site, and buses that end with the test that opened them. */
export interface Stage {
  readonly site: Site;
  test(name: string, body: () => Promise<void>): void;
  open(name: string, options?: ConnectSiteOptions): Promise<Bus>;
  openByCable(name: string, options?: ConnectSiteOptions): Promise<{ readonly bus: Bus; readonly cable: Cable }>;
  pause(ms: number): Promise<void>;
  /** Puts a message into its stream, valid or not. */
  publishRaw(subject: string, data: string | Uint8Array): Promise<PublishAck>;
  /** Tries until it neither throws nor returns `false`; fails with the last error. */
  eventually(attempt: () => unknown, timeoutMs?: number): Promise<void>;
}

/** Sets up a group of tests that share a site. */
export function onStage(
  title: string,
  start: StartSite,
  define: (stage: Stage) => void,
  leaseTtlMs: number = 1_000,
): void {
  let started: Site | undefined;
  let raw = 0;
  const buses: Bus[] = [];
  const site = (): Site => {
    if (started === undefined) throw new Error('the site stands only while a test runs');
    return started;
  };
  const keep = (bus: Bus): Bus => {
    buses.push(bus);
    return bus;
  };
  async function play(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } finally {
      await Promise.all(buses.splice(0).map((bus) => bus.drain(1_000)));
    }
  }
  async function eventually(attempt: () => unknown, timeoutMs = 15_000): Promise<void> {
    const endMs = site().nowMs() + timeoutMs;
    for (;;) {
      let last: unknown;
      try {
        if ((await attempt()) !== false) return;
        last = new Error('the last answer was false');
      } catch (error) {
        last = error;
      }
      if (site().nowMs() >= endMs) throw last;
      await site().pause(10);
    }
  }
  // oxlint-disable-next-line vitest/valid-title -- the groups have names
  describe(title, () => {
    beforeAll(async () => {
      started = await start({ leaseTtlMs });
    });
    afterAll(() => started?.stop());
    define({
      get site() {
        return site();
      },
      // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- so have the tests, and assertions
      test: (name, body) => test(name, () => site().run(() => play(body))),
      open: async (name, options) => keep(await site().connect(name, options)),
      async openByCable(name, options) {
        const { bus, cable } = await site().connectByCable(name, options);
        return { bus: keep(bus), cable };
      },
      pause: (ms) => site().pause(ms),
      publishRaw(subject, data) {
        raw += 1;
        const bytes = typeof data === 'string' ? Buffer.from(data) : data;
        return site().jetstream.publish(subject, bytes, { msgID: `raw ${raw}`, timeout: 20_000 });
      },
      eventually,
    });
  });
}
