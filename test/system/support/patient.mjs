// A patient that writes down every one of its starts, with the token of the lease where it was told one, so that a test can
// count effects.
import { appendFileSync } from 'node:fs';

const { PATIENT_STARTS_FILE, PATIENT_TOKEN = '', PATIENT_EXECUTION = '', PATIENT_SERVES_AFTER_MS = '0' } = process.env;
const line = `${Math.floor(performance.timeOrigin)} ${PATIENT_TOKEN} ${PATIENT_EXECUTION}`;
appendFileSync(PATIENT_STARTS_FILE, `${line.trim()}\n`);
// Some take their time from their start until they serve.
await new Promise((resolve) => setTimeout(resolve, Number(PATIENT_SERVES_AFTER_MS)));
await import('../../../deploy/demo/patient.mjs');
