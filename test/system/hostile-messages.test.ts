import { eventDefinitions } from '@cortex/contracts';
import type { RawMessage } from '@cortex/bus';
import { eventually } from '@cortex/testing';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCortex, type Cortex } from './support/cortex.ts';
import { hashOf, hostileMessages, subjectFor } from './support/hostile-messages.ts';
import { expectWholeAudit } from './support/evidence.ts';
import { incidentsOf } from './support/facts.ts';
import { peakMebibytes } from './support/peak-memory.ts';
import { killPatient, untilHealthy } from './support/site.ts';

const perSubject = 1_000;
/** What a service may have held in memory at its highest. The highest seen is 250 MiB. */
const memoryBoundMebibytes = 400;

let cortex: Cortex;

beforeAll(async () => {
  cortex = await startCortex(2);
});
afterAll(() => cortex.stop());

test('1,000 hostile messages on every event subject: all in the dead letters, the healthy ones behind them are handled, memory is bounded', async () => {
  await untilHealthy(cortex);
  const wanted = await publishHostileMessages();
  // Behind all of them: a real death.
  for (const patient of cortex.patients) killPatient(patient);

  const letters = await collectLetters();
  const total = eventDefinitions.length * perSubject;
  await eventually(() => expect(letters.size).toBeGreaterThanOrEqual(total), { timeoutMs: 120_000, intervalMs: 250 });
  await eventually(
    async () => {
      const healed = (await incidentsOf(cortex.bus)).filter(
        ({ resolution }) => resolution?.method === 'auto_remediation',
      );
      expect(healed.map(({ service }) => service).sort()).toEqual(cortex.patients.map(({ service }) => service));
    },
    { timeoutMs: 60_000, intervalMs: 250 },
  );

  // The audit has then read every stream to its end, and with it everything that it might dead-letter a second time.
  await expectWholeAudit(cortex);
  for (const [subject, reasons] of wanted) {
    const found = [...letters.values()].filter((letter) => letter.subject === subject);
    expect({ subject, count: found.length }).toEqual({ subject, count: perSubject });
    const wrong = found.filter(({ hash, reason }) => reasons.get(hash) !== reason);
    expect({ subject, wrong }).toEqual({ subject, wrong: [] });
  }
  expect(letters.size).toBe(total);
  for (const [name, service] of cortex.stack.services) {
    expect({ name, starts: service.starts }).toEqual({ name, starts: 1 });
    const mebibytes = peakMebibytes(service.pid);
    expect({ name, mebibytes, isBounded: mebibytes < memoryBoundMebibytes }).toMatchObject({ isBounded: true });
  }
});

/** The reason that each message must be refused for, by its hash, by subject. */
async function publishHostileMessages(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const connection = await connect({ servers: cortex.stack.natsUrl });
  const wanted = new Map<string, Map<string, string>>();
  for (const definition of eventDefinitions) {
    const subject = subjectFor(definition);
    const reasons = new Map<string, string>();
    for (const { reason, data } of hostileMessages(definition, perSubject)) {
      reasons.set(hashOf(data), reason);
      connection.publish(subject, data);
    }
    await connection.flush();
    wanted.set(subject, reasons);
  }
  await connection.close();
  return wanted;
}

interface Letter {
  readonly subject: string;
  readonly reason: string;
  readonly hash: string;
}

/** Every dead letter, as they come, by its place in the dead letters: a second letter of one message would be seen. */
async function collectLetters(): Promise<ReadonlyMap<number, Letter>> {
  const letters = new Map<number, Letter>();
  await cortex.bus.readRaw({
    stream: 'DEAD_LETTERS',
    fromSequence: 1,
    handle: (message: RawMessage) =>
      void letters.set(message.sequence, {
        subject: message.header('Cortex-Subject') ?? '',
        reason: message.header('Cortex-Reason') ?? '',
        hash: hashOf(message.data),
      }),
  });
  return letters;
}
