// Healthy when the service in this container is ready.
const port = process.env.CORTEX_HTTP_PORT ?? '8080';
try {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
  process.exit(answer.ok ? 0 : 1);
} catch {
  process.exit(1);
}
