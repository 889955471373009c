import type { ChannelPlugin } from './define-channel.ts';
import { log } from './log/log.ts';
import { slackWebhook } from './slack-webhook/slack-webhook.ts';
import { webhook } from './webhook/webhook.ts';

const plugins: readonly ChannelPlugin[] = [webhook, slackWebhook, log];

/** The channels that come with Cortex, by name. */
export const builtinChannels: ReadonlyMap<string, ChannelPlugin> = new Map(
  plugins.map((plugin) => [plugin.name, plugin]),
);
