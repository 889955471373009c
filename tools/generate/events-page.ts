import { bucketDefinitions, eventDefinitions, streams } from '@cortex/contracts';

/** docs/events/README.md: the tables of events, streams and buckets. */
export function eventsPage(): string {
  const events = eventDefinitions.map(
    (event) =>
      `| [\`${event.type}\`](schemas/${event.type}.json) | ${event.stream} | ${event.producers.join(', ')} | ${event.consumers.join(', ')} | ${event.summary} |`,
  );
  const streamRows = Object.values(streams).map(
    (stream) =>
      `| ${stream.name} | ${stream.subjects.map((subject) => `\`${subject}\``).join(' ')} | ${retention(stream.maxAgeMs)} | ${stream.summary} |`,
  );
  const buckets = bucketDefinitions.map(
    (bucket) =>
      `| ${bucket.name} | \`${bucket.key.replaceAll('|', '\\|')}\` | ${bucket.ttlMs === 0 ? 'kept' : `${bucket.ttlMs / 1000} s`} | ${bucket.coordination ? 'yes' : 'no'} | ${bucket.summary} |`,
  );
  return `# Events, streams and buckets

Generated from \`libs/contracts\` by \`npm run generate\`; a test fails when this page is stale.

Events are CloudEvents 1.0 in structured JSON. The subject is \`cortex.<type>.<service>\`; subscribe to
\`cortex.incident.>\` for all that happens to incidents. Telemetry is about a partition instead: its subject ends in the
number, and its envelope says \`partition-3\`. The id is also the
\`Nats-Msg-Id\`. Delivery is at least once: drop repeats by id. [asyncapi.json](asyncapi.json) describes all of it for tools.

## Events

Who acts on an event has a route for it. Others read along: the auditor reads all of them, the console all but telemetry, the
verifier what it takes as evidence.

| event | stream | said by | acted on by | meaning |
| --- | --- | --- | --- | --- |
${events.join('\n')}

## Streams

| stream | subjects | kept for | what |
| --- | --- | --- | --- |
${streamRows.join('\n')}

## Buckets

Coordination buckets are read from the leader, so that a reader sees the last write.

| bucket | key | lifetime of an entry | coordination | what |
| --- | --- | --- | --- | --- |
${buckets.join('\n')}
`;
}

function retention(maxAgeMs: number): string {
  if (maxAgeMs === 0) return 'ever';
  const hours = maxAgeMs / 3_600_000;
  return hours >= 24 ? `${hours / 24} days` : `${hours} h`;
}
