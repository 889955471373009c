import { z } from 'zod';
import { headlineOf } from '../headline.ts';
import { defineChannel } from '../define-channel.ts';

/** Writes the page into the service's log: always available, notifies nobody. */
export const log = defineChannel({
  name: 'log',
  summary: "Writes the page into the escalator's log",
  params: z.strictObject({}),
  send(_, page, context) {
    // Its text is part of the details already.
    const { situation: _situation, ...facts } = page;
    context.log(`page for ${page.contact}: ${headlineOf(page)}`, facts);
    return Promise.resolve({ delivered: true, detail: 'written to the log' });
  },
});
