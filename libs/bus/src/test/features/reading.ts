import { anomalyCleared } from '@cortex/contracts';
import { expect } from 'vitest';
import type { Reading } from '../../ports.ts';
import { cleared } from '../bus-fixture.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

export function readingFeatures(start: StartSite): void {
  onStage('reading', start, (stage) => {
    const { test, open, openByCable, eventually, pause } = stage;

    test('a reader begins with all, with what is new, at a time or behind a sequence, and goes on with what comes', async () => {
      const bus = await open('beginning');
      const service = 'beginning';
      const seen: Record<string, string[]> = { all: [], new: [], time: [], sequence: [], beyond: [] };
      const caughtUp: string[] = [];
      for (let index = 0; index < 5; index += 1) await bus.publish(cleared(service, `early-${index}`));
      await pause(50);
      const halfTime = new Date(stage.site.nowMs());
      await pause(50);
      for (let index = 0; index < 3; index += 1) await bus.publish(cleared(service, `late-${index}`));
      const { lastSequence } = await stage.site.jetstream.stream(anomalyCleared.stream);
      const beginnings: Readonly<Record<string, Reading<'anomaly.cleared'>['from']>> = {
        all: 'all',
        new: 'new',
        time: halfTime,
        sequence: { afterSequence: lastSequence - 1 },
        // The stream was recreated since: everything in it is new.
        beyond: { afterSequence: lastSequence + 1_000 },
      };
      for (const [name, from] of Object.entries(beginnings)) {
        await bus.read({
          event: anomalyCleared,
          service,
          from,
          handle: (event) => void seen[name]?.push(event.data.anomalyId),
          onCaughtUp: () => caughtUp.push(`${name} ${seen[name]?.length}`),
        });
      }
      await eventually(() =>
        expect(caughtUp.toSorted()).toEqual(['all 8', 'beyond 8', 'new 0', 'sequence 1', 'time 3']),
      );
      await bus.publish(cleared(service, 'live'));
      const early = Array.from({ length: 5 }, (_, index) => `early-${index}`);
      const late = ['late-0', 'late-1', 'late-2', 'live'];
      const wanted = { all: [...early, ...late], new: ['live'], time: late, sequence: ['late-2', 'live'] };
      await eventually(() => expect(seen).toEqual({ ...wanted, beyond: wanted.all }));
      expect(caughtUp).toHaveLength(5);
    });

    test('a reader says where each event stands, and hears of other services only when it asks for them', async () => {
      const bus = await open('position');
      const mine: number[] = [];
      const all: string[] = [];
      await bus.read({
        event: anomalyCleared,
        service: 'mine',
        from: 'new',
        handle: (_event, { sequence }) => void mine.push(sequence),
      });
      await bus.read({ event: anomalyCleared, from: 'new', handle: (event) => void all.push(event.data.anomalyId) });
      const { lastSequence } = await stage.site.jetstream.stream(anomalyCleared.stream);
      for (const service of ['other', 'mine', 'other', 'mine']) await bus.publish(cleared(service, service));
      await eventually(() => expect(all).toEqual(['other', 'mine', 'other', 'mine']));
      await eventually(() => expect(mine).toEqual([lastSequence + 2, lastSequence + 4]));
    });

    test('an event whose handler fails comes again, and nothing behind it before', async () => {
      const bus = await open('failing');
      const seen: string[] = [];
      let failures = 0;
      await bus.read({
        event: anomalyCleared,
        service: 'failing',
        from: 'all',
        handle: (event) => {
          if (event.data.anomalyId === 'f-1' && failures < 2) {
            failures += 1;
            throw new Error('not this time');
          }
          seen.push(event.data.anomalyId);
        },
      });
      for (const marker of ['f-0', 'f-1', 'f-2']) await bus.publish(cleared('failing', marker));
      await eventually(() => expect(seen).toEqual(['f-0', 'f-1', 'f-2']));
      expect(failures).toBe(2);
    });

    test('a reader goes on where it was over a broken connection and a crash of the server', async () => {
      const { bus, cable } = await openByCable('going on');
      const other = await open('writing');
      const seen: string[] = [];
      await bus.read({
        event: anomalyCleared,
        service: 'goes-on',
        from: 'all',
        handle: (event) => void seen.push(event.data.anomalyId),
      });
      await other.publish(cleared('goes-on', 'before'));
      await eventually(() => expect(seen).toEqual(['before']));
      cable.cut();
      await other.publish(cleared('goes-on', 'cut off'));
      await pause(50);
      cable.mend();
      await eventually(() => expect(seen).toEqual(['before', 'cut off']));
      await stage.site.restart();
      await other.publish(cleared('goes-on', 'after the crash'));
      await eventually(() => expect(seen).toEqual(['before', 'cut off', 'after the crash']));
    });

    test('a reader that was stopped hears nothing more', async () => {
      const bus = await open('stopped');
      const seen: string[] = [];
      const reading = await bus.read({
        event: anomalyCleared,
        service: 'stopped',
        from: 'all',
        handle: (event) => void seen.push(event.data.anomalyId),
      });
      await bus.publish(cleared('stopped', 's-1'));
      await eventually(() => expect(seen).toEqual(['s-1']));
      await reading.stop();
      await bus.publish(cleared('stopped', 's-2'));
      await pause(100);
      expect(seen).toEqual(['s-1']);
    });
  });
}
