import { loadChannels } from '@cortex/channels';
import { runService } from '@cortex/service';
import { startEscalator } from './app.ts';

await runService({
  name: 'escalator',
  plugins: async (folders) => ({ channels: await loadChannels(folders) }),
  start: startEscalator,
});
