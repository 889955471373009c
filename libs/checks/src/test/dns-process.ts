import { startDns } from '@cortex/testing';

/** A name server as a process of its own, to be killed and frozen: `node … <port>`. */
const dns = await startDns(Number(process.argv[2]));
dns.answer = ({ name }) => ({ answers: [{ type: 'A', name, data: '192.0.2.1' }] });
console.log(`port ${dns.port}`);
