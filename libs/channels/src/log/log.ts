import { z } from 'zod';
import { defineChannel } from '../define-channel.ts';

/** Writes the page into the service's log: always available, notifies nobody. */
export const log = defineChannel({
  name: 'log',
  summary: "Writes the page into the escalator's log",
  params: z.strictObject({}),
  send(_, page, context) {
    context.log(`page for ${page.contact}: [${page.severity}] ${page.service}: ${page.title}`, { ...page });
    return Promise.resolve({ delivered: true, detail: 'written to the log' });
  },
});
