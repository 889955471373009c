import type { Mutant } from '../mutant.ts';

const brain = 'apps/decision/src/brain.ts';
const store = 'apps/decision/src/adapters/incident-store.ts';

/** What is decided, and how it is told. */
export const ofDecision: readonly Mutant[] = [
  {
    id: 'escalated-for-ever',
    file: 'libs/decision/src/moves/clear.ts',
    find: "if (!isTimerSet(work, 'quiet')) setTimer(work, 'quiet',",
    replace: "if (isTimerSet(work, 'quiet')) setTimer(work, 'quiet',",
    breaks: 'What was escalated after its signals had cleared never ends, and takes the next outage in.',
  },
  {
    id: 'new-trouble-filed',
    file: 'libs/decision/src/lifecycle/on-signal.ts',
    find: 'if (news !== undefined) takeNewTrouble(work, news);',
    replace: 'if (news !== undefined) return;',
    breaks: 'New trouble is filed under an old incident: no decision, no page, nothing is healed.',
  },
  {
    id: 'acts-beside-humans',
    file: 'libs/decision/src/lifecycle/new-trouble.ts',
    find: "if (acknowledgedBy === undefined && work.memory.escalatedFor !== 'hands_off') decide(work, undefined, news);",
    replace: "if (acknowledgedBy !== '') decide(work, undefined, news);",
    breaks: 'Cortex acts under the hands of a human, or after an effect that nobody knows.',
  },
  {
    id: 'first-check-decides',
    file: 'libs/decision/src/verdict/rules.ts',
    find: "['checks pending', checksPending],",
    replace: '',
    breaks: 'Humans are called because the check that a playbook asks for was not the first to fail.',
  },
  {
    id: 'published-before-written',
    file: brain,
    find: 'const written = await this.#write(loaded, transition, event);',
    replace:
      'if (transition.record !== undefined) await this.#parts.effects.perform(outboxOf(transition, event), transition.record.incident); const written = await this.#write(loaded, transition, event);',
    breaks: 'What was decided is told before its record is written, and the record may never say so.',
  },
  {
    id: 'outbox-published-again',
    file: 'apps/decision/src/adapters/effects.ts',
    find: 'if (since === undefined) await this.#bus.publish(draft, cause);',
    replace: 'if (since !== null) await this.#bus.publish(draft, cause);',
    breaks: 'Minutes after a restart decision tells and asks again what it told and asked before.',
  },
  {
    id: 'outbox-not-emptied',
    file: brain,
    find: 'await this.#emptyOutbox(loaded.entry);',
    replace: '',
    breaks: 'What a crash kept from being published is never published.',
  },
  {
    id: 'no-believed-from-memory',
    file: brain,
    find: 'if (loaded.isFresh || record?.applied.includes(event.id) === true) {',
    replace: 'if (loaded.pointer !== null) {',
    breaks: 'A replica drops news of an incident that another replica knows more of.',
  },
  {
    id: 'incident-overwritten',
    file: store,
    find: 'const written = await this.#records.update(entry.key, record, entry.revision);',
    replace: 'const written = { ok: true as const, revision: await this.#records.put(entry.key, record) };',
    breaks: 'A replica writes over what another has decided.',
  },
  {
    id: 'two-incidents-of-one-service',
    file: store,
    find: '? await this.#pointers.create(key, value)',
    replace: '? { ok: true as const, revision: await this.#pointers.put(key, value) }',
    breaks: 'Two replicas open an incident each, and act on both.',
  },
  {
    id: 'timers-not-set',
    file: 'apps/decision/src/adapters/effects.ts',
    find: 'await this.#set(effect.timer);',
    replace: '',
    breaks: 'What an incident waits for has no end.',
  },
  {
    id: 'breaker-not-counted',
    file: 'apps/decision/src/adapters/effects.ts',
    find: 'const opened = await this.#breakers.count(effect.outcome);',
    replace: 'const opened = await this.#breakers.count({ ...effect.outcome, effective: true });',
    breaks: 'A playbook that never helps goes on being used.',
  },
  {
    id: 'unreadable-silence-passed',
    file: 'apps/decision/src/adapters/silences.ts',
    find: 'return this.#mirror.unreadable.size > 0;',
    replace: 'return this.#mirror.unreadable.size < 0;',
    breaks: 'Decision takes a silence that it cannot read for none.',
  },
  {
    id: 'unreadable-switch-remembered',
    file: 'apps/decision/src/adapters/kill-switch.ts',
    find: 'this.#value = undefined;',
    replace: '',
    breaks: 'Decision goes on with what the kill switch said before it could no longer be read.',
  },
];
