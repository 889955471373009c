// A patient that writes down every one of its starts, so that a test can count effects.
import { appendFileSync } from 'node:fs';

appendFileSync(process.env.PATIENT_STARTS_FILE, `${Math.floor(performance.timeOrigin)}\n`);
await import('../../../deploy/demo/patient.mjs');
