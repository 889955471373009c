import type { Mutant } from '../mutant.ts';

const bucket = 'libs/bus/src/bucket.ts';
const consume = 'libs/bus/src/consume.ts';
const held = 'libs/bus/src/held-messages.ts';
const lease = 'libs/bus/src/held-lease.ts';
const timers = 'libs/bus/src/timers.ts';
const publish = 'libs/bus/src/publish.ts';

/** What every service relies on. */
export const ofBus: readonly Mutant[] = [
  {
    id: 'create-overwrites',
    file: bucket,
    find: 'const first = await this.#write(key, bytes, 0);',
    replace: 'const first = await this.#write(key, bytes, undefined);',
    breaks: 'Two who create one key both believe that it is theirs: a lease has two holders.',
  },
  {
    id: 'create-over-a-value',
    file: bucket,
    find: 'if (last !== undefined && !isDeletion(last)) return conflict;',
    replace: '',
    breaks: 'What exists is created again on top of its last revision.',
  },
  {
    id: 'update-overwrites',
    file: bucket,
    find: 'return this.#write(key, this.#encode(key, value), revision);',
    replace: 'return this.#write(key, this.#encode(key, value), revision < 0 ? revision : undefined);',
    breaks: 'A record is written on top of what its writer has never read.',
  },
  {
    id: 'modify-overwrites',
    file: bucket,
    find: 'current ? await this.update(key, value, current.revision) : await this.create(key, value);',
    replace: '{ ok: true as const, revision: await this.put(key, value) };',
    breaks: 'A change of a record undoes what another wrote meanwhile.',
  },
  {
    id: 'write-has-an-id-each-try',
    file: bucket,
    find: '          msgID,',
    replace: '          msgID: randomUuid(this.#link.runtime),',
    breaks: 'A write whose answer was lost is taken for the write of another.',
  },
  {
    id: 'delete-of-any-revision',
    file: lease,
    find: 'await this.#options.bucket.delete(this.key, this.#revision);',
    replace: 'await this.#options.bucket.delete(this.key);',
    breaks: 'Whoever releases a lease that has lapsed takes it from its next holder.',
  },
  {
    id: 'lease-trusted-too-long',
    file: lease,
    find: 'this.#trustMs = options.ttlMs * 0.8;',
    replace: 'this.#trustMs = options.ttlMs * 8;',
    breaks: 'A holder that cannot renew its lease believes in it when the server has let in another.',
  },
  {
    id: 'lease-proof-without-record',
    file: lease,
    find: "else this.#lose('the record shows another holder or none');",
    replace: '',
    breaks: 'A lease counts as held although its record names another holder.',
  },
  {
    id: 'lease-conflict-ignored',
    file: lease,
    find: "else this.#lose('the renewal met a conflict: it expired or was taken over');",
    replace: '',
    breaks: 'A holder whose renewal is refused goes on for as long as it trusts the last one.',
  },
  {
    id: 'event-ids-not-derived',
    file: 'libs/bus/src/envelope/build-event.ts',
    find: '(cause ? effectId(cause, draft.type, draft.key) : freshId(origin.nowMs, origin.randomBytes));',
    replace: 'freshId(origin.nowMs, origin.randomBytes);',
    breaks: 'A cause that is delivered again leads to events of new ids, which are stored again.',
  },
  {
    id: 'event-ids-without-key',
    file: 'libs/bus/src/ids.ts',
    find: "return derivedId(cause, 'event', type, key ?? '');",
    replace: "return derivedId(cause, 'event', type, key === undefined ? '' : 'key');",
    breaks: 'Of several events of one cause and type the stream keeps the first.',
  },
  {
    id: 'publish-without-dedupe',
    file: 'libs/bus/src/publish.ts',
    find: 'msgID: built.event.id,',
    replace: 'msgID: `${built.event.id} ${startedMs}`,',
    breaks: 'An event that is published again is stored again.',
  },
  {
    id: 'acked-before-handled',
    file: consume,
    find: 'const drafts = await this.#subscription.handle(event, this.#context(held, event));',
    replace:
      'this.#held.answer(held, (message) => message.ack()); const drafts = await this.#subscription.handle(event, this.#context(held, event));',
    breaks: 'An event whose handler dies is lost.',
  },
  {
    id: 'acked-before-published',
    file: consume,
    find: 'await publishDrafts(this.#link, drafts, event, this.#mayBeStoredSince(held.message));',
    replace: 'void publishDrafts(this.#link, drafts, event).catch(() => undefined);',
    breaks: 'What follows from an event is lost with the process that was to publish it.',
  },
  {
    id: 'lost-message-acked',
    file: held,
    find: 'if (this.#isStale(held) || this.#link.isClosed()) return;',
    replace: 'if (this.#link.isClosed()) return;',
    breaks: 'A frozen process acks what another has under way by now, and that is lost when the other dies.',
  },
  {
    id: 'no-heartbeat',
    file: held,
    find: 'if (this.#isStale(held) || !this.#link.isConnected()) continue;',
    replace: 'if (held.lastBeatMs > 0) continue;',
    breaks: 'What takes longer than the wait for its ack is given to another while it runs.',
  },
  {
    id: 'repeat-taken-in',
    file: held,
    find: 'if (present && !present.lost) {',
    replace: 'if (present?.settled === true) {',
    breaks: 'A delivery that repeats what is under way in the same process begins it again.',
  },
  {
    id: 'timer-deleted-first',
    file: timers,
    find: 'const due = new Date(value.dueAt);',
    replace: 'await this.#bucket.delete(key, revision); const due = new Date(value.dueAt);',
    breaks: 'A timer whose process dies as it is due never fires.',
  },
  {
    id: 'timer-deletes-the-next',
    file: timers,
    find: 'await this.#bucket.delete(key, revision);',
    replace: 'await this.#bucket.delete(key);',
    breaks: 'A timer that was set anew while it fired is gone.',
  },
  {
    id: 'timer-ids-not-derived',
    file: timers,
    find: "const id = derivedId({ id: 'timer', time: value.dueAt }, this.#owner, name, value.dueAt);",
    replace:
      "const id = derivedId({ id: 'timer', time: value.dueAt }, this.#owner, name, String(this.#link.runtime.random()));",
    breaks: 'A timer that several replicas fire is due several times.',
  },
  {
    id: 'old-consequences-published-again',
    file: publish,
    find: 'return runtime.now().getTime() - usedAtMs > duplicateWindowMs / 2;',
    replace: 'return runtime.now().getTime() - usedAtMs > duplicateWindowMs * 1e6;',
    breaks: 'What a message of some minutes ago led to is published again when it is delivered again.',
  },
  {
    id: 'stored-event-not-found',
    file: 'libs/bus/src/find-event.ts',
    find: 'if (idOf(newest) === id) return true;',
    replace: 'if (idOf(newest) === id) return false;',
    breaks: 'An event that its stream has is published again when the server has forgotten its id.',
  },
];
