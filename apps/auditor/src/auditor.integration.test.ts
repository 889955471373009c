import { exportAudit, readCheckpointFile, verifyExport, verifyLive, AuditRecord } from '@cortex/audit';
import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import { anomalyCleared, draft, patternDiscovered } from '@cortex/contracts';
import type { StreamName } from '@cortex/contracts';
import { bundleApp, eventually, silentLogger, startApp, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import type { ProvisionedNats, TemporaryFolder, TestProcess } from '@cortex/testing';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

const app = join(import.meta.dirname, '..');
const at = '2026-03-01T00:00:00.000Z';
let nats: ProvisionedNats;
let bus: Bus;
let folder: TemporaryFolder;
const running: TestProcess[] = [];

beforeAll(() => bundleApp(app));
beforeEach(async () => {
  nats = await startProvisionedNats({ leaseTtlMs: 1_500 });
  bus = await connectBus({ servers: nats.url, source: '/cortex/detector', name: 'test', logger: silentLogger });
  folder = temporaryFolder();
  const config = 'version: 1\nenvironment: test\nservices:\n  - { name: shop, instances: [{ id: shop-1 }] }\n';
  writeFileSync(join(folder.path, 'cortex.yaml'), config);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.kill()));
  await bus.drain(2_000);
  await nats.stop();
  folder.remove();
});

function startAuditor(name = 'a'): TestProcess {
  const process = startApp(app, {
    natsUrl: nats.url,
    folder: folder.path,
    env: { CORTEX_DATA_DIR: join(folder.path, name), CORTEX_LOG_LEVEL: 'info' },
  });
  running.push(process);
  return process;
}

/** A signal and a piece of knowledge: events of two streams. */
async function publish(count: number, marker: string): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const anomalyId = `${marker}-${number}`;
    const cleared = { anomalyId, service: 'shop', metric: 'x', startedAt: at, clearedAt: at, reason: '' };
    await bus.publish(draft(anomalyCleared, { service: 'shop', data: cleared }));
    const found = { patternId: anomalyId, patternType: 't', description: '', confidence: 1, discoveredAt: at };
    await bus.publish(draft(patternDiscovered, { service: 'shop', data: found }));
  }
}

async function lengthOf(stream: StreamName): Promise<number> {
  return (await bus.appendLog(stream, 'unused').end()).sequence;
}

async function records(): Promise<AuditRecord[]> {
  const found: AuditRecord[] = [];
  await new Promise<void>((resolve, reject) => {
    bus
      .readRaw({
        stream: 'AUDIT',
        fromSequence: 1,
        handle: ({ data }) => void found.push(AuditRecord.parse(JSON.parse(Buffer.from(data).toString()))),
        onCaughtUp: resolve,
      })
      .catch(reject);
  });
  return found;
}

/** Every message of every audited stream is in the chain, once and in the order of its stream. */
async function expectComplete(): Promise<void> {
  const chain = await records();
  for (const stream of ['SIGNALS', 'INCIDENTS', 'REMEDIATION', 'KNOWLEDGE'] as const) {
    const sequences = chain.filter((record) => record.stream === stream).map((record) => record.sequence);
    expect(sequences).toEqual(Array.from({ length: await lengthOf(stream) }, (_, index) => index + 1));
  }
}

async function untilRecorded(count: number): Promise<void> {
  await eventually(async () => expect(await lengthOf('AUDIT')).toBe(count), { timeoutMs: 60_000, intervalMs: 100 });
}

it('records every message bit by bit, also one that no consumer would take', async () => {
  startAuditor();
  await publish(3, 'first');
  const bytes = Uint8Array.of(0, 255, 10, 123);
  await bus.appendLog('SIGNALS', 'cortex.health.checked.shop').append([bytes], await lengthOf('SIGNALS'));
  await untilRecorded(7);
  const bad = (await records()).find((record) => record.encoding === 'base64');
  expect(Buffer.from(bad?.payload ?? '', 'base64')).toEqual(Buffer.from(bytes));
  await expectComplete();
  await eventually(async () => expect(await verifyLive(bus)).toMatchObject({ ok: true, entries: 7, provenTo: 7 }), {
    timeoutMs: 15_000,
  });
  expect(statSync(join(folder.path, 'a/auditor/audit/key.pem')).mode & 0o777).toBe(0o600);
});

it('keeps a chain without gap or double while it is killed again and again under load', async () => {
  const total = 1_500;
  let auditor = startAuditor();
  const publishing = Promise.all([publish(total / 4, 'left'), publish(total / 4, 'right')]);
  for (const recorded of [100, 500, 900]) {
    await eventually(async () => expect(await lengthOf('AUDIT')).toBeGreaterThanOrEqual(recorded), {
      timeoutMs: 60_000,
    });
    await auditor.kill();
    auditor = startAuditor();
  }
  await publishing;
  await untilRecorded(total);
  await expectComplete();
  const verdict = await verifyLive(bus);
  expect(verdict).toMatchObject({ ok: true, entries: total, problems: [] });
  await auditor.stop();
  expect(await verifyLive(bus)).toMatchObject({ ok: true, provenTo: total });
});

it('goes on when NATS was killed and came back', async () => {
  startAuditor();
  await publish(20, 'before');
  await untilRecorded(40);
  await nats.kill();
  await nats.restart();
  await publish(20, 'after');
  await untilRecorded(80);
  await expectComplete();
  expect(await verifyLive(bus)).toMatchObject({ ok: true, entries: 80 });
});

it('has a second instance stand by, which takes over when the first is gone', async () => {
  const first = startAuditor('a');
  await first.waitForLine('writing the audit chain');
  const second = startAuditor('b');
  await second.waitForLine('"msg":"ready"');
  await publish(20, 'both');
  await untilRecorded(40);
  expect(second.lines.join('\n')).not.toContain('writing the audit chain');
  await first.kill();
  await publish(20, 'alone');
  await second.waitForLine('writing the audit chain');
  await untilRecorded(80);
  await expectComplete();
  await second.stop();
  expect(await verifyLive(bus)).toMatchObject({ ok: true, entries: 80, provenTo: 80 });
});

it('exports a file in which every change is found', async () => {
  const auditor = startAuditor();
  await publish(60, 'exported');
  await untilRecorded(120);
  await auditor.stop();
  const path = join(folder.path, 'audit.jsonl');
  expect(await exportAudit(bus, path)).toBe(120);
  expect(await verifyExport(path)).toMatchObject({ ok: true, entries: 120, provenTo: 120 });

  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const header = lines.length - 120;
  const verdictOf = async (changed: readonly string[]) => {
    writeFileSync(path, `${changed.join('\n')}\n`);
    return (await verifyExport(path)).problems;
  };
  const flipped = lines.with(header + 6, (lines[header + 6] ?? '').replace('exported', 'expor7ed'));
  expect(await verdictOf(flipped)).toMatchObject([{ kind: 'altered', at: 7 }]);
  expect(await verdictOf(lines.toSpliced(header + 6, 1))).toMatchObject([{ kind: 'missing', at: 7 }]);
  expect(await verdictOf(lines.slice(0, -5))).toMatchObject([{ kind: 'truncated', at: 116, until: 120 }]);

  // Checkpoints cut off together with the records are still known beside the key.
  const withoutCheckpoints = lines.filter((line) => !line.startsWith('{"checkpoint"')).slice(0, -5);
  expect(await verdictOf(withoutCheckpoints)).toEqual([]);
  const checkpoints = await readCheckpointFile(join(folder.path, 'a/auditor/audit/checkpoints.jsonl'));
  expect((await verifyExport(path, { checkpoints })).problems).toMatchObject([{ kind: 'truncated', at: 116 }]);
});
