import { connectBare } from './bare.ts';
import { loadPayloads, serviceOf } from './payloads.ts';

/** What the decision service asks of NATS for one incident, in the same order, with nothing decided. */
const [url = '', payloadFile = ''] = process.argv.slice(2);
const payloads = loadPayloads(payloadFile);
const bare = await connectBare(url);
const revisions = new Map<string, number>();

await bare.consume('SIGNALS', 'bare-decision-anomaly', 'cortex.anomaly.detected.*', async ({ subject }) => {
  const service = serviceOf(subject);
  await bare.write('cortex-open-incidents', service, payloads.pointer, 0);
  revisions.set(service, await bare.write('cortex-incidents', service, payloads.incident, 0));
  await Promise.all([
    bare.publish(`cortex.remediation.requested.${service}`, payloads.remediationRequested),
    bare.publish(`cortex.decision.made.${service}`, payloads.decisionMade),
    bare.publish(`cortex.incident.opened.${service}`, payloads.incidentOpened),
    setTimer(`${service}-prolonged`),
    setTimer(`${service}-deadline`),
  ]);
});

await bare.consume('REMEDIATION', 'bare-decision-started', 'cortex.remediation.started.*', ({ subject }) =>
  inTurn(serviceOf(subject), async (service) => {
    await update(service, payloads.incidentStarted);
    await bare.publish(`cortex.incident.updated.${service}`, payloads.incidentUpdated);
  }),
);

await bare.consume('REMEDIATION', 'bare-decision-completed', 'cortex.remediation.completed.*', ({ subject }) =>
  inTurn(serviceOf(subject), async (service) => {
    await update(service, payloads.incidentCompleted);
    await Promise.all([
      bare.publish(`cortex.incident.updated.${service}`, payloads.incidentUpdated),
      setTimer(`${service}-deadline`, true),
    ]);
  }),
);
console.log('ready');

async function setTimer(key: string, isSet = false): Promise<void> {
  await bare.read('cortex-timers', key);
  await bare.write('cortex-timers', key, payloads.timer, isSet ? undefined : 0);
}

async function update(service: string, bytes: Uint8Array): Promise<void> {
  revisions.set(service, await bare.write('cortex-incidents', service, bytes, revisions.get(service)));
}

const turns = new Map<string, Promise<void>>();

/** Both writers of one record meet here, as they do in Cortex. */
function inTurn(service: string, work: (service: string) => Promise<void>): Promise<void> {
  const turn = (turns.get(service) ?? Promise.resolve()).then(() => work(service));
  turns.set(service, turn);
  return turn;
}
