import { CortexError, messageOf } from '@cortex/errors';
import { isWrapper, readIdentity } from '@cortex/processes';
import type { Limit, ProcessIdentity } from '@cortex/processes';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { runProgram } from '../../run-program.ts';
import type { ProcessTarget } from './process-target.ts';

/** As whom and with what the new process runs. What is undefined is as of Cortex. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly umask: number | undefined;
  readonly cwd: string | undefined;
  readonly limits: Readonly<Record<string, Limit>>;
  /** HOME, USER and LOGNAME, where the user is another than Cortex's. */
  readonly env: Readonly<Record<string, string>>;
  /** True when a process that Cortex starts has all of it anyway. */
  readonly isOwn: boolean;
  /** What was not root must not be it afterwards, whatever its start command does. */
  readonly neverRoot: boolean;
}

export type RunAsResult =
  { readonly ok: true; readonly runAs: RunAs } | { readonly ok: false; readonly detail: string };

type Person = Pick<ProcessIdentity, 'uid' | 'gid' | 'groups'>;

const lookUpMs = 10_000;

/**
 * As the catalogue says; else as the process that it takes the place of; else, when Cortex is root, as the owner of its pid
 * file: what was not root does not become it. Refuses what Cortex may not give, before anything is ended.
 */
export async function resolveRunAs(target: ProcessTarget, old: ProcessIdentity | undefined): Promise<RunAsResult> {
  const own = await readIdentity('self');
  if (own === undefined) return { ok: false, detail: 'it cannot be seen as whom Cortex itself runs' };
  try {
    const person = await personOf(target, old, own);
    const limits = differing(old?.limits ?? {}, own.limits);
    const umask = old?.umask === own.umask ? undefined : old?.umask;
    const isSelf =
      person.uid === own.uid && person.gid === own.gid && String(sorted(person.groups)) === String(own.groups);
    const problem =
      (own.uid === 0 ? undefined : whyNotGiven(person, isSelf, limits, own)) ??
      (Object.keys(limits).length === 0 ? undefined : await whyNoLimits());
    if (problem !== undefined) return { ok: false, detail: problem };
    const runAs: RunAs = {
      ...person,
      umask,
      cwd: target.facts.cwd ?? old?.cwd,
      limits,
      env: person.uid === own.uid ? {} : await homeOf(person.uid),
      neverRoot: target.facts.user === undefined && old !== undefined && old.uid !== 0,
      isOwn: isSelf && umask === undefined && Object.keys(limits).length === 0,
    };
    return { ok: true, runAs };
  } catch (error) {
    return { ok: false, detail: `it cannot be found out as whom it is to run: ${messageOf(error)}` };
  }
}

async function personOf(
  { facts }: ProcessTarget,
  old: ProcessIdentity | undefined,
  own: ProcessIdentity,
): Promise<Person> {
  const owner = own.uid === 0 ? (await stat(facts.pidFile).catch(() => undefined))?.uid : undefined;
  const user = facts.user ?? (old === undefined && owner !== undefined && owner !== 0 ? String(owner) : undefined);
  // `setpriv --reuid=…` and its like become the user themselves, and need the right to.
  const becomes =
    facts.user === undefined && isWrapper(facts.startCommand ?? []) && namesUser(facts.startCommand ?? []);
  if (becomes) return { uid: own.uid, gid: own.gid, groups: own.groups };
  const person = user === undefined ? (old ?? own) : await lookUpUser(user);
  const { uid, gid } = person;
  // Of its own user Cortex has the groups that it has, whatever was added since.
  const groups = uid === own.uid && uid !== 0 && user !== undefined ? own.groups : person.groups;
  if (facts.group === undefined) return { uid, gid, groups };
  const group = await lookUpGroup(facts.group);
  return { uid, gid: group, groups: user === undefined ? groups : [...new Set([...groups, group])] };
}

function namesUser([program = '', ...words]: readonly string[]): boolean {
  if (['gosu', 'su-exec', 'setuidgid', 's6-setuidgid'].includes(basename(program))) return true;
  return words.some((word) => /^(?:-u.*|--user(?:=.*)?|--reuid(?:=.*)?|--ruid(?:=.*)?)$/.test(word));
}

function whyNotGiven(
  person: Person,
  isSelf: boolean,
  limits: Readonly<Record<string, Limit>>,
  own: ProcessIdentity,
): string | undefined {
  if (!isSelf) {
    return `it is to run as user ${person.uid}, group ${person.gid}, groups ${person.groups.join(' ')}, and Cortex, which is not root, cannot start it so`;
  }
  const higher = Object.entries(limits).find(([name, { hard }]) => isHigher(hard, own.limits[name]?.hard));
  return higher === undefined
    ? undefined
    : `its limit of ${higher[0]}, ${higher[1].hard}, is higher than Cortex may give`;
}

/** Known before the old process is ended: without it the new one could not be started. */
async function whyNoLimits(): Promise<string | undefined> {
  return lookUp(['prlimit', '--version']).then(
    () => undefined,
    () =>
      'its limits are other than those of Cortex, and there is no prlimit (util-linux) to give them to the new process',
  );
}

function isHigher(wanted: string, own: string | undefined): boolean {
  if (own === undefined || own === 'unlimited') return false;
  return wanted === 'unlimited' || Number(wanted) > Number(own);
}

function differing(
  wanted: Readonly<Record<string, Limit>>,
  own: Readonly<Record<string, Limit>>,
): Readonly<Record<string, Limit>> {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, { soft, hard }]) => soft !== own[name]?.soft || hard !== own[name]?.hard),
  );
}

function sorted(numbers: readonly number[]): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}

/** `name:password:uid:gid:comment:home:shell` */
async function passwd(user: string): Promise<readonly string[] | undefined> {
  const line = await lookUp(['getent', 'passwd', '--', user]);
  return line === '' ? undefined : line.split(':');
}

async function lookUpUser(user: string): Promise<Person> {
  const entry = await passwd(user);
  // A number needs no entry: containers have such users.
  if (entry === undefined && /^\d+$/.test(user))
    return { uid: Number(user), gid: Number(user), groups: [Number(user)] };
  if (entry === undefined) throw new CortexError('CORTEX_ACTION_FAILED', `this machine has no user "${user}"`);
  const groups = (await lookUp(['id', '-G', '--', entry[0] ?? ''])).split(' ').map(Number);
  return { uid: Number(entry[2]), gid: Number(entry[3]), groups };
}

async function lookUpGroup(group: string): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group);
  const id = (await lookUp(['getent', 'group', '--', group])).split(':')[2];
  if (id === undefined) throw new CortexError('CORTEX_ACTION_FAILED', `this machine has no group "${group}"`);
  return Number(id);
}

async function homeOf(uid: number): Promise<Readonly<Record<string, string>>> {
  const entry = await passwd(String(uid));
  const name = entry?.[0] ?? String(uid);
  return { HOME: entry?.[5] ?? '/', USER: name, LOGNAME: name };
}

/** The first line of what a program says; empty when it has no answer. */
async function lookUp(argv: readonly string[]): Promise<string> {
  const ended = await runProgram(argv, { timeoutMs: lookUpMs, signal: new AbortController().signal });
  return ended.exitCode === 0 ? (ended.stdout.split('\n')[0] ?? '').trim() : '';
}
