import { once } from 'node:events';
import { OutboundRefusedError, openSocket } from '@cortex/outbound';
import { z } from 'zod';
import { causeOf } from '../../cause-of.ts';
import { defineCheck } from '../../define-check.ts';
import { connectionFailures } from '../../failures.ts';
import { Host, Port } from '../../params.ts';

const Params = z.strictObject({
  host: Host.optional().describe('Default: the host of the instance.'),
  port: Port.describe('The port that is connected to.'),
});

/** Spec 2.1. */
export const tcpPort = defineCheck({
  name: 'tcp_port',
  summary: 'A TCP port accepts connections',
  tier: 'shallow',
  params: Params,
  failures: [...connectionFailures],
  example: `name: shop-port
type: tcp_port
service: shop
host: localhost
port: 8080
timeout: 50ms`,
  async run(params, { facts, signal, outbound }) {
    const host = params.host ?? facts.host;
    const evidence = { host, port: params.port };
    const startedAt = performance.now();
    const socket = openSocket(host, params.port, outbound, signal);
    try {
      await once(socket, 'connect', { signal });
      const latencyMs = Math.round(performance.now() - startedAt);
      return {
        passed: true,
        detail: `${host}:${params.port} accepted in ${latencyMs} ms`,
        evidence: { ...evidence, latencyMs },
      };
    } catch (error) {
      if (signal.aborted || error instanceof OutboundRefusedError) throw error;
      return { passed: false, detail: `${host}:${params.port}: ${causeOf(error)}`, evidence };
    } finally {
      // The abort signal raises an error event after `once` has removed its listener.
      socket.on('error', () => undefined);
      socket.destroy();
    }
  },
});
