import { mountTmpfs, startNats, type TestNats } from '@cortex/testing';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { killPatient, startPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, onCortexWith, type Chance, type Scenario } from '../scenario.ts';
import { begunCall, levelsTold, playbookOfTheFirst } from '../site/calls.ts';
import { effectsOn } from '../site/effects.ts';
import { untilHealed } from '../site/waiting.ts';

export const storeFull: Scenario = {
  id: 'F15',
  title: 'the store of JetStream is full',
  inject: 'a store of 24 MB, filled by another file while somebody is being called; another target dies meanwhile',
  invariants: ['INV-2', 'INV-5', 'INV-7', 'INV-8', 'INV-9', 'INV-10', 'INV-15'],
  isQuick: false,
  run: onCortexWith(
    () => ({ startNats: startSmallNats, playbooks: [playbookOfTheFirst] }),
    async ({ site, chance, lasting, claim }) => {
      await untilHealthy(site);
      const [healable, hopeless] = site.patients;
      if (healable === undefined || hopeless === undefined) throw new RangeError('two patients');
      await begunCall(site, hopeless);
      site.nats.fill();
      const mayBegin = site.nothingMayBegin();
      await pause(chance.between(0, 1_000));
      killPatient(healable);
      await pause(lasting(40_000, 15_000));
      claim('INV-5', levelsTold(site, hopeless).includes(2), 'nobody was called for as long as the store was full');
      const dead = [...site.stack.services].filter(([, { starts }]) => starts > 1).map(([name]) => name);
      claim('INV-15', dead.length === 0, `the full store ended ${dead.join(', ')}`);
      mayBegin();
      site.nats.clear();
      // A server that met a full disk refuses writes until it is started again.
      await site.nats.restart();
      const endedMs = Date.now();
      startPatient(hopeless);
      await untilHealed(site, 2);
      return endedMs;
    },
  ),
};

interface SmallNats extends TestNats {
  fill(): void;
  clear(): void;
}

async function startSmallNats(): Promise<SmallNats> {
  const disk = mountTmpfs(24 * 1_024, 20_000);
  const filler = join(disk.path, 'filler');
  const nats = await startNats({ within: disk.path });
  const { stop } = nats;
  const own = {
    fill() {
      const block = Buffer.alloc(64 * 1_024);
      try {
        for (;;) writeFileSync(filler, block, { flag: 'a' });
      } catch {
        // It is full.
      }
    },
    clear: () => rmSync(filler, { force: true }),
    async stop() {
      await stop();
      await disk.unmount();
    },
  };
  return Object.defineProperties(own as SmallNats, { ...withoutStop(nats) });
}

function withoutStop(nats: TestNats): PropertyDescriptorMap {
  const { stop: _, ...rest } = Object.getOwnPropertyDescriptors(nats);
  return rest;
}

const damaged = ['KV_cortex-control', 'KV_cortex-breakers', 'KV_cortex-leases', 'KV_cortex-health', 'SIGNALS', 'AUDIT'];

export const storeDamaged: Scenario = {
  id: 'F16',
  title: 'a stream is lost or damaged while NATS is down',
  inject: 'the kill switch is on; a bucket or stream is deleted, or one byte of it flipped; then a target dies',
  invariants: ['INV-2', 'INV-3', 'INV-4', 'INV-8', 'INV-9'],
  isQuick: false,
  known: 'nats-server 2.9 goes on to write into a file with a wrong byte, acknowledges, and cannot read what it wrote',
  run: onCortex({}, async ({ site, chance, claim }) => {
    await untilHealthy(site);
    await site.turnKillSwitch(true);
    const stream = chance.pick(damaged);
    await site.nats.kill();
    const how = damage(site.nats.storeDir, stream, chance);
    await site.nats.restart();
    for (const patient of site.patients) killPatient(patient);
    await pause(12_000);
    const effects = effectsOn(site.patients).length;
    claim('INV-4', effects === 0, `${stream} ${how}: ${effects} effects while the kill switch was on`);
    // What is lost is made anew by the one who starts Cortex, who must then let it act.
    await site.restartEverything();
    const endedMs = Date.now();
    await pause(3_000);
    const later = effectsOn(site.patients).length;
    claim('INV-4', later === 0, `${stream} ${how}: ${later} effects after a start, and the switch is on`);
    if (stream === 'AUDIT') {
      const { body } = await site.ask('GET', '/audit/verify');
      claim('INV-4', (body as { ok?: boolean }).ok === false, `the audit ${how}, and its verification is content`);
    }
    await site.turnKillSwitch(false);
    const isHealed = await untilHealed(site, 1, 45_000).then(
      () => true,
      () => false,
    );
    claim('INV-8', isHealed, `${stream} ${how}: nothing was healed for 45 s after a start`);
    return endedMs;
  }),
};

function damage(storeDir: string, stream: string, chance: Chance): string {
  const folder = join(storeDir, 'jetstream', '$G', 'streams', stream);
  if (!existsSync(folder)) throw new RangeError(`${stream} is not in ${storeDir}`);
  if (chance.random() < 0.5) {
    rmSync(folder, { recursive: true });
    return 'deleted';
  }
  const messages = join(folder, 'msgs');
  const blocks = readdirSync(messages).filter((name) => name.endsWith('.blk'));
  const block = join(messages, blocks.at(-1) ?? '');
  const bytes = readFileSync(block);
  const at = Math.floor(chance.random() * bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(block, bytes);
  return `with byte ${at} of ${bytes.length} flipped`;
}
