import { bucketDefinitions, eventDefinitions, streams } from '@cortex/contracts';

/** docs/events/README.md: the tables of events, streams and buckets. */
export function eventsPage(): string {
  const events = eventDefinitions.map(
    (event) =>
      `| [\`${event.type}\`](schemas/${event.type}.json) | ${event.stream} | ${event.producers.join(', ')} | ${event.consumers.join(', ')} | ${event.summary} |`,
  );
  const streamRows = Object.values(streams).map(
    (stream) =>
      `| ${stream.name} | ${stream.subjects.map((subject) => `\`${subject}\``).join(' ')} | ${retention(stream.maxAgeMs)} | ${size(stream.maxBytes)} | ${stream.summary} |`,
  );
  const buckets = bucketDefinitions.map(
    (bucket) =>
      `| ${bucket.name} | \`${bucket.key.replaceAll('|', '\\|')}\` | ${bucket.ttlMs === 0 ? 'kept' : `${bucket.ttlMs / 1000} s`} | ${size(bucket.maxBytes)} | ${bucket.whenFull === 'refuse' ? 'refuses' : 'drops the oldest'} | ${bucket.coordination ? 'yes' : 'no'} | ${bucket.summary} |`,
  );
  const all = [...Object.values(streams), ...bucketDefinitions].reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  return `# Events, streams and buckets

Generated from \`libs/contracts\` by \`npm run generate\`; a test fails when this page is stale.

Events are CloudEvents 1.0 in structured JSON. The subject is \`cortex.<type>.<service>\`; subscribe to
\`cortex.incident.>\` for all that happens to incidents. Telemetry is about a partition instead: its subject ends in the
number, and its envelope says \`partition-3\`. The id is also the
\`Nats-Msg-Id\`. Delivery is at least once: drop repeats by id. [asyncapi.json](asyncapi.json) describes all of it for tools.

## Events

Who acts on an event has a route for it. Others read along: auditor and console read all of them but telemetry, the
verifier what it takes as evidence.

| event | stream | said by | acted on by | meaning |
| --- | --- | --- | --- | --- |
${events.join('\n')}

## Streams

| stream | subjects | kept for | at most | what |
| --- | --- | --- | --- | --- |
${streamRows.join('\n')}

## Buckets

Coordination buckets are read from the leader, so that a reader sees the last write. A bucket whose every entry somebody
needs refuses what is beyond its size; one that keeps what is over drops the oldest, as the streams do. All sizes together are
${size(all)}, which JetStream reserves.

| bucket | key | lifetime of an entry | at most | when full | coordination | what |
| --- | --- | --- | --- | --- | --- | --- |
${buckets.join('\n')}
`;
}

function retention(maxAgeMs: number): string {
  if (maxAgeMs === 0) return 'ever';
  const hours = maxAgeMs / 3_600_000;
  return hours >= 24 ? `${hours / 24} days` : `${hours} h`;
}

function size(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1024 ? `${mebibytes} MiB` : `${Number((mebibytes / 1024).toFixed(1))} GiB`;
}
