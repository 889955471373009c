import { incidents, until, untilHealthy } from './until.mjs';

/** The demo's profile: a patient that Cortex starts in its own container, and a small disk. */
export async function demo(engine, check) {
  const inside = (script) => engine.compose(['exec', '-T', 'demo', 'sh', '-c', script]).stdout.trim();
  const healed = (service, before) =>
    until(
      `an incident of ${service} is resolved`,
      120_000,
      async () => (await incidents(service, 'resolved')).length > before,
    );
  const resolvedOf = async (service) => (await incidents(service, 'resolved')).length;

  await check('docker compose up demo: one container becomes healthy', async () => {
    engine.compose(['up', '-d', '--build', 'demo']);
    await untilHealthy(engine, '_demo_');
  });
  await check('the patient, which nobody started, is started by Cortex', () => healed('shop', 0));
  await check('the patient is killed with SIGKILL and restarted', async () => {
    const before = await resolvedOf('shop');
    const pid = inside('cat /tmp/shop-1.pid');
    inside(`kill -9 ${pid}`);
    await healed('shop', before);
    if (inside('cat /tmp/shop-1.pid') === pid) throw new Error('the pid did not change');
  });
  await check('the small disk is filled and cleaned', async () => {
    const before = await resolvedOf('spool');
    inside('for n in 1 2 3 4 5 6 7 8 9; do head -c 5M /dev/zero > /spool/session-$n.tmp; done');
    await healed('spool', before);
    if (inside('ls /spool').includes('session-1.tmp')) throw new Error('the files are still there');
  });
}
