import type { Bucket, Bus } from '@cortex/bus';
import { killSwitchKey, type KillSwitch } from '@cortex/contracts';
import { CortexError, messageOf } from '@cortex/errors';
import type { KillSwitchView } from '@cortex/api';

const patienceMs = 2_000;

/** Reads the switch as every service does: missing or unreadable means ON. */
export async function readKillSwitch(
  control: Bucket<KillSwitch>,
  bus: Pick<Bus, 'isConnected'>,
  now: Date,
): Promise<KillSwitchView> {
  if (!bus.isConnected()) return unreadable('NATS is away, and every service takes an unreadable switch as ON', now);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new CortexError('CORTEX_BUS_UNAVAILABLE', `no answer within ${patienceMs / 1_000} s`)),
      patienceMs,
    );
  });
  try {
    const entry = await Promise.race([control.get(killSwitchKey), tooLate]);
    if (entry !== undefined) return { ...entry.value, readable: true };
    return unreadable('the record is missing, which every service takes as ON', now);
  } catch (error) {
    return unreadable(`the record cannot be read, which every service takes as ON: ${messageOf(error)}`, now);
  } finally {
    clearTimeout(timer);
  }
}

/** Turns the switch. Setting the present state again keeps who set it first. */
export async function writeKillSwitch(control: Bucket<KillSwitch>, wanted: KillSwitch): Promise<KillSwitch> {
  let written: KillSwitch = wanted;
  try {
    await control.modify(killSwitchKey, (current) => {
      written = current?.on === wanted.on ? current : wanted;
      return written === current ? undefined : written;
    });
  } catch (error) {
    if (await isReadable(control)) throw error;
    // An unreadable record cannot be compared with; a human's decision replaces it.
    await control.put(killSwitchKey, wanted);
    written = wanted;
  }
  return written;
}

async function isReadable(control: Bucket<KillSwitch>): Promise<boolean> {
  try {
    return (await control.get(killSwitchKey)) !== undefined;
  } catch {
    return false;
  }
}

function unreadable(reason: string, now: Date): KillSwitchView {
  return { on: true, by: 'cortex', reason, at: now.toISOString(), readable: false };
}
