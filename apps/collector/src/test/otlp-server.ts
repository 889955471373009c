import type { SeriesSample } from '@cortex/contracts';
import { createServer } from '../http/server.ts';
import { otlpRoutes } from '../otlp/routes.ts';
import { SignalWindows } from '../signals/signal-windows.ts';

const settings = {
  silentAfterMs: 60_000,
  warmUpMs: 0,
  warmUpRecords: 0,
  templates: 100,
  templateSeries: 10,
  operations: 10,
};

/** The OTLP receivers on a server of their own, with a clock that is set by hand. */
export function otlpServer({ isFull = false, nowMs = 0 } = {}) {
  const samples: SeriesSample[] = [];
  const received: string[] = [];
  const state = { isFull, nowMs };
  const intake = {
    offer(offered: readonly SeriesSample[]) {
      if (state.isFull) return false;
      samples.push(...offered);
      return true;
    },
    isFull: () => state.isFull,
    onReceived: () => {},
    nowMs: () => state.nowMs,
  };
  const signalWindows = new SignalWindows({
    settings,
    intake,
    onReceived: (source, taken, rejections) => void received.push(`${source} ${taken} ${rejections.points}`),
    onNewTemplate: () => {},
    onSamples: () => {},
  });
  const server = createServer([otlpRoutes(intake, signalWindows)]);
  const post = (
    encoding: 'json' | 'x-protobuf',
    payload: string | Buffer,
    { path = '/v1/metrics', headers = {} }: { path?: string; headers?: Readonly<Record<string, string>> } = {},
  ) =>
    server.inject({
      method: 'POST',
      url: path,
      payload,
      headers: { 'content-type': `application/${encoding}`, ...headers },
    });
  return { samples, received, state, signalWindows, server, post };
}
