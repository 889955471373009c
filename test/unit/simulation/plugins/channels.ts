import { defineChannel } from '@cortex/channels';
import type { ChannelPlugin } from '@cortex/channels';
import { pause } from '@cortex/runtime';
import { z } from 'zod';
import type { Hands } from './hands.ts';

export function simulatedChannels(hands: Hands | undefined): ReadonlyMap<string, ChannelPlugin> {
  const pager = defineChannel({
    name: 'pager',
    summary: 'simulated pager',
    params: z.strictObject({}),
    async send(_params, page) {
      if (hands === undefined) throw new Error('these plugins belong to no process');
      await pause(hands.runtime, 20);
      const delivered = hands.deliver(page);
      await pause(hands.runtime, 20);
      return delivered
        ? { delivered, detail: 'received' }
        : { delivered, detail: 'the network was down', retryable: true };
    },
  });
  const log = defineChannel({
    name: 'log',
    summary: 'simulated log',
    params: z.strictObject({}),
    send: async () => ({ delivered: true, detail: 'written' }),
  });
  return new Map<string, ChannelPlugin>([
    [pager.name, pager],
    [log.name, log],
  ]);
}
