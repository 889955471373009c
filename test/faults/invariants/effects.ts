import type { JournalEntry } from '@cortex/contracts';
import type { Evidence } from '../evidence.ts';
import type { Effect } from '../site/effects.ts';

/** Starts are read from the clock of the system; the time of an INTENT is the server's, as exact as half a round trip. */
const clockToleranceMs = 250;

/** INV-2, by what the targets were told: each effect bears a newer token than all before it. */
export function tokensGrow({ effects }: Evidence): readonly string[] {
  return effects.flatMap((effect, index) => {
    const earlier = effects.slice(0, index).filter(({ instance }) => instance === effect.instance);
    return earlier
      .filter(({ token }) => token >= effect.token)
      .map(({ token }) => `token ${effect.token} on ${effect.instance} after token ${token}`);
  });
}

/** INV-7: its own entry in the journal came first; each execution has one end; the audit is whole. */
export function eachEffectInItsPlace(evidence: Evidence): readonly string[] {
  const { effects, executions, events, audit } = evidence;
  const orphans = effects
    .filter(
      (effect) =>
        !entriesFor(effect, evidence).some(({ intentAt }) => Date.parse(intentAt) <= effect.atMs + clockToleranceMs),
    )
    .map((effect) => {
      const { instance, executionId, token, atMs } = effect;
      const of = `the effect of ${executionId} on ${instance} under ${token}, at ${new Date(atMs).toISOString()}`;
      const intents = entriesOf(effect, evidence).map((entry) => `${entry.intentAt} under ${entry.token}`);
      return `no INTENT before ${of}; there are: ${intents.join(', ') || 'none'}`;
    });
  const open = executions
    .filter(({ status, entries }) => status === 'running' || entries.some((entry) => entry.status === 'intent'))
    .map(({ remediation, status }) => `execution ${remediation.executionId} has no end: ${status}`);
  const ends = new Map<string, number>();
  for (const { type, data } of events) {
    const id = data['executionId'];
    // Bad messages are in the streams too.
    if (type !== 'remediation.completed' || typeof id !== 'string') continue;
    ends.set(id, (ends.get(id) ?? 0) + 1);
  }
  const twice = [...ends].filter(([, count]) => count > 1).map(([id, count]) => `execution ${id} ended ${count} times`);
  return [...orphans, ...open, ...twice, ...audit];
}

/** INV-9: no execution took effect more often than its journal says; nobody is told the same under two keys. */
export function eachEffectOnce(evidence: Evidence): readonly string[] {
  const { effects, pages } = evidence;
  const places = new Map(effects.map((effect) => [`${effect.executionId} on ${effect.instance}`, effect]));
  const repeated = [...places].flatMap(([place, effect]) => {
    const count = effects.filter(({ executionId, instance }) => `${executionId} on ${instance}` === place).length;
    // A failed try may be repeated, and then the journal says so.
    const tries = entriesOf(effect, evidence).filter(({ result }) => result !== undefined).length;
    return count > Math.max(1, tries) ? [`${count} effects of ${place}, and ${tries} in the journal`] : [];
  });
  const told = new Map<string, Set<string>>();
  for (const { incidentId, kind, level, key } of pages) {
    if (kind !== 'page') continue;
    const what = `incident ${incidentId} at level ${level}`;
    told.set(what, (told.get(what) ?? new Set()).add(key));
  }
  const toldTwice = [...told]
    .filter(([, keys]) => keys.size > 1)
    .map(([what, keys]) => `${keys.size} pages of ${what}`);
  return [...repeated, ...toldTwice];
}

function entriesFor(effect: Effect, evidence: Evidence): readonly JournalEntry[] {
  return entriesOf(effect, evidence).filter(({ token }) => token === effect.token);
}

function entriesOf({ executionId, instance }: Effect, { executions }: Evidence): readonly JournalEntry[] {
  const own = executions.find(({ remediation }) => remediation.executionId === executionId);
  return own?.entries.filter(({ target }) => target.instance === instance) ?? [];
}
