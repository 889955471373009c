import { CheckDefinition } from '@cortex/contracts';
import { startTestExecutor } from './start-executor.ts';

/** An executor as a process of its own, for tests that kill and freeze it. */
const natsUrl = process.env['CORTEX_NATS_URL'];
if (natsUrl === undefined) throw new Error('CORTEX_NATS_URL is not set');
const checks = CheckDefinition.array().parse(JSON.parse(process.env['CORTEX_TEST_CHECKS'] ?? '[]'));
await startTestExecutor({ natsUrl, name: `executor-${process.pid}`, checks });
console.log('ready');
