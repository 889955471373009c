import type { Contact, EscalationLevel, EscalationPolicy, Paging } from '@cortex/contracts';
import { IncidentSeverity } from '@cortex/contracts';
import { checkParams, openEnvelope } from '../plugin-params.ts';
import { requireContact, requireKnown } from '../references.ts';
import { ChannelInput, ContactInput, EscalationPolicyInput, PagingInput } from '../schema/escalation.ts';
import { keysAt } from '../schema-keys.ts';
import { isRecord } from '../is-record.ts';
import { read, readList, refuseDuplicates } from '../scope.ts';
import type { Scope, World } from '../scope.ts';
import { textsAt } from '../texts-at.ts';
import type { Path } from '../yaml-source.ts';

/** Always present, so that every page has a receiver. */
const logContact: Contact = { name: 'log', channels: [{ type: 'log', params: {} }] };

export function declaredContacts(raw: unknown): ReadonlySet<string> {
  const list: unknown = isRecord(raw) ? raw['contacts'] : [];
  const names = (Array.isArray(list) ? list : []).map((contact: unknown) => (isRecord(contact) ? contact['name'] : ''));
  return new Set([logContact.name, ...names.filter((name) => typeof name === 'string')]);
}

export interface Escalation {
  readonly contacts: readonly Contact[];
  readonly policies: readonly EscalationPolicy[];
  readonly paging: Paging | undefined;
}

/** The keys of `escalation` that say when pages go out. */
export const pagingKeys = keysAt(PagingInput, []);

export function resolveEscalation(
  scope: Scope,
  raw: Readonly<Record<string, unknown>>,
  world: Pick<World, 'declared' | 'kinds' | 'contacts'>,
): Escalation {
  const own = resolveContacts(scope, readList(scope, ['escalation', 'contacts'], raw['contacts']));
  const contacts = own.some(({ name }) => name === logContact.name) ? own : [...own, logContact];
  const narrowed = new Map<string, Contact>();
  const policies = policyEntries(scope, raw['policies']).flatMap(({ value, path, id }) => {
    checkNames(scope, path, value, world);
    const input = read(scope, path, EscalationPolicyInput, value);
    return input === undefined ? [] : [toPolicy(scope, path, input, id, { ...world, all: contacts, narrowed })];
  });
  refuseDuplicates(
    scope,
    'escalation policy',
    policies.map(({ id }, index) => ({ name: id, path: ['escalation', 'policies', index] })),
  );
  const catchesAll = policies.some(({ appliesTo }) => appliesTo.length === 0);
  return {
    paging: resolvePaging(scope, raw, world),
    contacts: [...contacts, ...narrowed.values()],
    policies: catchesAll ? policies : [...policies, defaultPolicy(contacts)],
  };
}

function resolvePaging(
  scope: Scope,
  raw: Readonly<Record<string, unknown>>,
  world: Pick<World, 'contacts'>,
): Paging | undefined {
  const own = Object.fromEntries(Object.entries(raw).filter(([key]) => pagingKeys.includes(key)));
  const paging = read(scope, ['escalation'], PagingInput, own);
  const { fallback } = own;
  if (typeof fallback === 'string') requireContact(scope, ['escalation', 'fallback'], fallback, world);
  return paging;
}

function resolveContacts(scope: Scope, entries: readonly unknown[]): readonly Contact[] {
  const names: { name: string; path: Path }[] = [];
  const contacts = entries.flatMap((entry, index) => {
    const path = ['escalation', 'contacts', index];
    const input = read(scope, path, ContactInput, entry);
    const written: unknown = isRecord(entry) ? entry['channels'] : [];
    const channels = (Array.isArray(written) ? written : []).flatMap((channel: unknown, at) =>
      resolveChannel(scope, [...path, 'channels', at], channel),
    );
    if (input === undefined) return [];
    names.push({ name: input.name, path: [...path, 'name'] });
    return [{ name: input.name, channels }];
  });
  refuseDuplicates(scope, 'contact', names);
  return contacts;
}

function resolveChannel(scope: Scope, path: Path, raw: unknown): Contact['channels'] {
  const envelope = openEnvelope(scope, path, ChannelInput, raw);
  const type = envelope.own?.type;
  if (type === undefined) return [];
  const channels = scope.plugins?.channels;
  if (channels !== undefined) {
    requireKnown(scope, [...path, 'type'], 'CORTEX_CONFIG_UNKNOWN_CHANNEL', 'channel type', type, channels.keys());
    const plugin = channels.get(type);
    if (plugin !== undefined) {
      checkParams(scope, envelope, { name: type, params: plugin.params, ownKeys: keysAt(ChannelInput, []) });
    }
  }
  return [{ type, params: envelope.params }];
}

/** Policies come as a list, or as the specification writes them: a mapping from id to policy. */
function policyEntries(scope: Scope, raw: unknown): readonly { value: unknown; path: Path; id?: string }[] {
  const base = ['escalation', 'policies'];
  if (isRecord(raw)) return Object.entries(raw).map(([id, value]) => ({ value, path: [...base, id], id }));
  return readList(scope, base, raw).map((value, index) => ({ value, path: [...base, index] }));
}

interface PolicyWorld extends Pick<World, 'declared' | 'kinds' | 'contacts'> {
  readonly all: readonly Contact[];
  /** Contacts restricted to some of their channels, created as policies name them. */
  readonly narrowed: Map<string, Contact>;
}

/** The services and contacts that a policy names, also where it has other mistakes. */
function checkNames(
  scope: Scope,
  path: Path,
  raw: unknown,
  world: Pick<World, 'declared' | 'kinds' | 'contacts'>,
): void {
  const claimable = [...world.declared.keys(), ...world.kinds];
  for (const { text, path: place } of textsAt(raw, path, ['applies_to', '*'])) {
    requireKnown(scope, place, 'CORTEX_CONFIG_UNKNOWN_SERVICE', 'service or kind', text, claimable);
  }
  const levels = ['escalation_chain', '*', 'notify'];
  for (const { text, path: place } of [...textsAt(raw, path, levels), ...textsAt(raw, path, [...levels, '*'])]) {
    requireContact(scope, place, text, world);
  }
}

function toPolicy(
  scope: Scope,
  path: Path,
  input: EscalationPolicyInput,
  id: string | undefined,
  world: PolicyWorld,
): EscalationPolicy {
  checkOrder(scope, [...path, 'escalation_chain'], input.escalation_chain);
  return {
    id: input.id ?? id ?? slug(input.name),
    name: input.name,
    appliesTo: input.applies_to ?? [],
    severities: input.severities ?? [...IncidentSeverity.options],
    chain: input.escalation_chain.map((level, index) =>
      toLevel(scope, [...path, 'escalation_chain', index], level, world),
    ),
  };
}

type LevelInput = EscalationPolicyInput['escalation_chain'][number];

function toLevel(scope: Scope, path: Path, level: LevelInput, world: PolicyWorld): EscalationLevel {
  return {
    level: level.level,
    delayMs: level.delay,
    condition: level.condition ?? (level.delay === 0 ? 'always' : 'not_acknowledged'),
    notify: level.notify.map((name) => narrow(scope, path, name, level.method, world)),
  };
}

/** `method: phone_call + sms` restricts a contact to its channels of these types. */
function narrow(scope: Scope, path: Path, name: string, method: string | undefined, world: PolicyWorld): string {
  const contact = world.all.find((candidate) => candidate.name === name);
  if (method === undefined || contact === undefined) return name;
  const types = method.split(/[+,]/).map((type) => type.trim());
  const absent = types.filter((type) => !contact.channels.some((channel) => channel.type === type));
  if (absent.length > 0) {
    scope.report.add(
      scope.source,
      [...path, 'method'],
      'CORTEX_CONFIG_UNKNOWN_CHANNEL',
      `contact "${name}" has no channel of type "${absent.join('", "')}"`,
      `give the contact such a channel, or use one that it has: ${contact.channels.map(({ type }) => type).join(', ')}`,
    );
    return name;
  }
  const channels = contact.channels.filter(({ type }) => types.includes(type));
  if (channels.length === contact.channels.length) return name;
  const narrowedName = [name, ...types].join(':');
  world.narrowed.set(narrowedName, { name: narrowedName, channels });
  return narrowedName;
}

function checkOrder(scope: Scope, path: Path, chain: readonly LevelInput[]): void {
  for (const [index, { level, delay }] of chain.entries()) {
    if (level !== index + 1) {
      const message = `level ${level} stands in place ${index + 1}`;
      scope.report.add(
        scope.source,
        [...path, index, 'level'],
        'CORTEX_CONFIG_STEP_NUMBERS',
        message,
        `number it ${index + 1}`,
      );
    }
    const before = chain[index - 1];
    if (before !== undefined && delay < before.delay) {
      scope.report.add(
        scope.source,
        [...path, index, 'delay'],
        'CORTEX_CONFIG_ESCALATION_ORDER',
        `level ${level} would come before level ${before.level}`,
        'delays count from the trigger: make each at least as long as the one before',
      );
    }
  }
}

/** Pages everybody at once: applies where no policy of the user's own does. */
function defaultPolicy(contacts: readonly Contact[]): EscalationPolicy {
  return {
    id: 'default',
    name: 'Everyone, at once',
    appliesTo: [],
    severities: [...IncidentSeverity.options],
    chain: [{ level: 1, delayMs: 0, condition: 'always', notify: contacts.map(({ name }) => name) }],
  };
}

function slug(name: string): string {
  const text = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return text.replace(/^-/, '').replace(/-$/, '').slice(0, 64) || 'policy';
}
