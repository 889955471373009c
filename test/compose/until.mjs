/** What the probe answers once that is something; fails when it takes longer. */
export async function until(what, timeoutMs, probe) {
  const deadline = performance.now() + timeoutMs;
  let last;
  while (performance.now() < deadline) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resume) => setTimeout(resume, 500));
  }
  throw new Error(`${what}: not within ${timeoutMs / 1000} s${last === undefined ? '' : ` (${last.message})`}`);
}

export const consoleUrl = 'http://127.0.0.1:7780';

export async function incidents(service, status) {
  const answer = await fetch(`${consoleUrl}/api/v1/incidents?limit=50`, { signal: AbortSignal.timeout(2_000) });
  const { incidents: all } = await answer.json();
  return all.filter((incident) => incident.service === service && incident.status === status);
}

export function untilHealthy(engine, name) {
  return until(`container ${name} is healthy`, 120_000, () =>
    engine.containers().some(([container, status]) => container.includes(name) && /\(healthy\)/.test(status)),
  );
}
