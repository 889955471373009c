import { sharedNowMs } from '../../support/clock.ts';
import { connectBare } from './bare.ts';
import { loadPayloads, serviceOf } from './payloads.ts';

/** What the executor asks of NATS for one execution of one step, in the same order, with nothing checked. */
const [url = '', payloadFile = ''] = process.argv.slice(2);
const payloads = loadPayloads(payloadFile);
const bare = await connectBare(url);

await bare.consume('REMEDIATION', 'bare-executor-requested', 'cortex.remediation.requested.*', async ({ subject }) => {
  const service = serviceOf(subject);
  const target = `target.${service}.${service}-1`;
  await Promise.all([
    bare.read('cortex-journal', service),
    bare.read('cortex-control', 'kill-switch'),
    bare.write('cortex-leases', target, payloads.lease, 0),
  ]);
  await bare.read('cortex-reservations', service);
  const reserved = await bare.write('cortex-reservations', service, payloads.reservation, 0);
  const [intent] = await Promise.all([
    bare.write('cortex-journal', service, payloads.journalIntent, 0),
    bare.read('cortex-control', 'kill-switch'),
    bare.read('cortex-leases', target),
  ]);
  const beganAtMs = sharedNowMs();
  const started = bare.publish(`cortex.remediation.started.${service}`, payloads.remediationStarted);
  const result = await bare.write('cortex-journal', service, payloads.journalResult, intent);
  const told = started.then(() =>
    bare.publish(`cortex.remediation.step.completed.${service}`, withMoment(payloads.stepCompleted, beganAtMs)),
  );
  await bare.write('cortex-journal', service, payloads.journalCompleted, result);
  await bare.read('cortex-reservations', service);
  await bare.write('cortex-reservations', service, payloads.reservation, reserved);
  await bare.write('cortex-leases', target, new Uint8Array());
  await told;
  await bare.publish(`cortex.remediation.completed.${service}`, payloads.remediationCompleted);
});
console.log('ready');

/** The recorded body with this moment in the place of the recorded one, which has as many digits. */
function withMoment(bytes: Uint8Array, momentMs: number): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text.replace(/began at \d+/, `began at ${Math.round(momentMs * 1e6)}`));
}
