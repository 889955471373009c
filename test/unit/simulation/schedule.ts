import fc from 'fast-check';
import { targets } from './catalogue.ts';
import type { ActionFault } from './plugins/hands.ts';
import type { CrashPoint } from './simulated-process.ts';
import type { TroubleKind } from './world.ts';

/** The processes of a simulated site. Two of those whose work must not be done twice. */
export const processNames = [
  'health-checker',
  'decision-1',
  'decision-2',
  'executor-1',
  'executor-2',
  'verifier-1',
  'verifier-2',
  'escalator',
  'learner',
] as const;
export type ProcessName = (typeof processNames)[number];

/** What people do. Undefined: nothing. */
export interface People {
  /** After a page. */
  readonly acknowledgeAfterMs: number | undefined;
  /** After a page: everything of the service is made well. */
  readonly repairAfterMs: number | undefined;
  readonly answer: 'grant' | 'deny' | 'silent';
  readonly answerAfterMs: number;
  /** After an acknowledgement a human closes the incident, whatever its state. */
  readonly closeAfterMs: number | undefined;
}

/** Playbooks that need no approval. */
export const strayPlaybooks = ['restart', 'reconfigure'] as const;

/** Buckets whose records are written anew when they cannot be read. */
export const garbledBuckets = ['cortex-playbook-performance', 'cortex-health'] as const;
export type GarbledBucket = (typeof garbledBuckets)[number];

/** All that goes wrong in one run, and the seed of everything else. */
export interface Schedule {
  readonly seed: number;
  /** The longest way between a process and the server. */
  readonly latencyMs: number;
  readonly troubles: readonly {
    readonly atMs: number;
    readonly target: number;
    readonly kind: TroubleKind;
    readonly forMs: number;
  }[];
  readonly crashes: readonly (CrashPoint & { readonly process: ProcessName })[];
  readonly freezes: readonly { readonly process: ProcessName; readonly atMs: number; readonly forMs: number }[];
  /** Freezes of an executor right in an effect: its n-th. */
  readonly effectFreezes: readonly { readonly atEffect: number; readonly forMs: number }[];
  /** The network of a process stands still for a while, or breaks. */
  readonly partitions: readonly { readonly process: ProcessName; readonly atMs: number; readonly forMs: number }[];
  /** A process is told to end, and starts again. */
  readonly drains: readonly { readonly process: ProcessName; readonly atMs: number }[];
  /** The server dies and comes back: it has lost the acks of its last moments. */
  readonly serverCrashes: readonly { readonly atMs: number; readonly downMs: number; readonly ackLossMs: number }[];
  /** The server takes no writes, as with a full disk. */
  readonly refusals: readonly { readonly atMs: number; readonly forMs: number }[];
  /** Everything of the last while is delivered once more. */
  readonly redeliveries: readonly { readonly atMs: number; readonly withinMs: number }[];
  /** How the n-th attempt of an action ends; those that are not named do their work. */
  readonly actionFaults: readonly {
    readonly atAction: number;
    readonly kind: ActionFault;
  }[];
  readonly killSwitch: readonly { readonly atMs: number; readonly forMs: number }[];
  readonly silences: readonly {
    /** What this trouble strikes is silenced. */
    readonly trouble: number;
    readonly afterMs: number;
    /** True: the whole service. */
    readonly isWhole: boolean;
    readonly forMs: number;
    readonly liftAfterMs: number | undefined;
  }[];
  /** Spans in which a record that everybody asks before acting cannot be read, or is gone. */
  readonly spoiled: readonly {
    readonly record: 'kill_switch' | 'silence';
    readonly isGone: boolean;
    readonly atMs: number;
    readonly forMs: number;
  }[];
  /** Freezes of an executor between the n-th intent and its effect: it has asked whether it may, and hears the answers late. */
  readonly intentFreezes: readonly { readonly atIntent: number; readonly forMs: number }[];
  /** Deaths of an executor between the n-th intent and its effect. */
  readonly intentCrashes: readonly { readonly atIntent: number; readonly downMs: number }[];
  /** Requests to the executors that decision knows nothing of. */
  readonly strays: readonly {
    readonly atMs: number;
    readonly target: number;
    readonly playbook: (typeof strayPlaybooks)[number];
    /** How long ago it was made. */
    readonly ageMs: number;
    /** On all instances of the service. */
    readonly isWide?: true;
  }[];
  /** A process that dies, and again so long after each repair. */
  readonly recurring: readonly {
    readonly atMs: number;
    readonly target: number;
    readonly afterMs: number;
    readonly forMs: number;
  }[];
  /** Freezes of a replica of decision between the n-th record of an incident and what follows from it. */
  readonly recordFreezes: readonly { readonly atRecord: number; readonly forMs: number }[];
  /** Targets whose process is down before anything watches. */
  readonly downAtStart: readonly number[];
  /** The clock of a process jumps by so much; from the beginning on, it is only wrong. */
  readonly clockJumps: readonly { readonly process: ProcessName; readonly atMs: number; readonly byMs: number }[];
  /** The server answers nothing, as with too few servers of its cluster, and the connections stay. */
  readonly quorumLosses: readonly { readonly atMs: number; readonly forMs: number }[];
  /** Records of a bucket become such that nobody can read them: those that are there at this time. */
  readonly garbled: readonly { readonly bucket: GarbledBucket; readonly atMs: number }[];
  /** Pages that do not get through: every n-th. */
  readonly lostPages: readonly number[];
  readonly people: People;
}

const second = 1_000;
const spanMs = 60 * second;

const seconds = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min, max }).map((value) => value * second);
const sometimes = (value: fc.Arbitrary<number>): fc.Arbitrary<number | undefined> =>
  fc.option(value, { nil: undefined });
const rarely = <Value>(value: fc.Arbitrary<Value>, most: number): fc.Arbitrary<Value[]> =>
  fc.oneof(
    { arbitrary: fc.constant<Value[]>([]), weight: 2 },
    { arbitrary: fc.array(value, { minLength: 1, maxLength: most }), weight: 1 },
  );
const anyProcess = fc.constantFrom<ProcessName[]>(...processNames, 'decision-1', 'executor-1', 'executor-2');

const trouble = fc.record({
  // Most begin together: then one fault meets the work of another.
  atMs: fc.oneof(seconds(3, 10), seconds(0, spanMs / second)),
  target: fc.nat(targets.length - 1),
  kind: fc.constantFrom<TroubleKind[]>(
    'dead',
    'dead',
    'dead',
    'misconfigured',
    'misconfigured',
    'fragile',
    'broken',
    'flapping',
    'full',
    'full',
    'blip',
  ),
  forMs: seconds(10, 80),
});

const crash = fc.record({
  process: anyProcess,
  atMessage: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 400 })),
  moment: fc.constantFrom('unsent' as const, 'sent' as const, 'answered' as const),
  downMs: fc.constantFrom(100, second, 12 * second, 40 * second),
});

const during = { process: anyProcess, atMs: seconds(0, spanMs / second) };

const freeze = fc.record({
  ...during,
  forMs: fc.constantFrom(500, 3 * second, 9 * second, 12 * second, 40 * second, 70 * second),
});

const partition = fc.record({
  ...during,
  forMs: fc.constantFrom(300, 4 * second, 9 * second, 15 * second, 40 * second),
});

const silence = fc.record({
  trouble: fc.nat(2),
  afterMs: seconds(0, 40),
  isWhole: fc.boolean(),
  forMs: seconds(1, 80),
  liftAfterMs: sometimes(seconds(0, 40)),
});

/** Random fault schedules; they shrink towards one trouble and no fault. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  latencyMs: fc.constantFrom(2, 2, 20, 200),
  troubles: fc.array(trouble, { minLength: 1, maxLength: 3 }),
  crashes: fc.array(crash, { maxLength: 4 }),
  freezes: rarely(freeze, 3),
  effectFreezes: rarely(
    fc.record({
      atEffect: fc.integer({ min: 1, max: 8 }),
      forMs: fc.constantFrom(2 * second, 9 * second, 30 * second),
    }),
    2,
  ),
  partitions: rarely(partition, 2),
  drains: rarely(fc.record(during), 2),
  serverCrashes: rarely(
    fc.record({
      atMs: seconds(5, spanMs / second),
      downMs: fc.constantFrom(500, 4 * second, 15 * second),
      ackLossMs: fc.constantFrom(0, 100, 150),
    }),
    2,
  ),
  refusals: rarely(
    fc.record({ atMs: seconds(5, spanMs / second), forMs: fc.constantFrom(2 * second, 12 * second, 40 * second) }),
    1,
  ),
  redeliveries: rarely(
    fc.record({ atMs: seconds(5, 150), withinMs: fc.constantFrom(second, 20 * second, 150 * second) }),
    2,
  ),
  actionFaults: rarely(
    fc.record({
      atAction: fc.integer({ min: 1, max: 8 }),
      kind: fc.constantFrom<ActionFault[]>('fails', 'fails_for_now', 'fails_half_way'),
    }),
    3,
  ),
  killSwitch: rarely(fc.record({ atMs: seconds(0, spanMs / second), forMs: seconds(1, 60) }), 2),
  lostPages: rarely(fc.integer({ min: 1, max: 12 }), 4),
  people: fc.record({
    acknowledgeAfterMs: sometimes(seconds(5, 70)),
    repairAfterMs: sometimes(seconds(10, 120)),
    answer: fc.constantFrom('grant' as const, 'grant' as const, 'deny' as const, 'silent' as const),
    answerAfterMs: seconds(1, 75),
    closeAfterMs: sometimes(seconds(5, 60)),
  }),
  silences: rarely(silence, 2),
  // New kinds stand last, so that the seeds of before still lead to what they did.
  spoiled: rarely(
    fc.record({
      record: fc.constantFrom('kill_switch' as const, 'silence' as const),
      isGone: fc.boolean(),
      atMs: seconds(0, spanMs / second),
      forMs: seconds(1, 40),
    }),
    2,
  ),
  strays: rarely(
    fc.record({
      atMs: fc.oneof(seconds(5, 20), seconds(0, spanMs / second)),
      target: fc.nat(targets.length - 1),
      playbook: fc.constantFrom(...strayPlaybooks),
      ageMs: fc.constantFrom(0, 0, 0, 20 * second, 120 * second),
    }),
    3,
  ),
  intentFreezes: rarely(
    fc.record({
      atIntent: fc.integer({ min: 1, max: 6 }),
      forMs: fc.constantFrom(2 * second, 9 * second, 12 * second, 30 * second, 70 * second),
    }),
    2,
  ),
  recurring: rarely(
    fc.record({
      atMs: seconds(3, spanMs / second),
      target: fc.nat(targets.length - 1),
      afterMs: fc.constantFrom(second, 5 * second, 12 * second, 40 * second),
      forMs: seconds(20, 90),
    }),
    1,
  ),
  downAtStart: rarely(fc.nat(targets.length - 1), 5),
  recordFreezes: rarely(
    fc.record({
      atRecord: fc.integer({ min: 1, max: 15 }),
      // The longest outlasts what the server knows of ids.
      forMs: fc.constantFrom(3 * second, 25 * second, 70 * second, 150 * second),
    }),
    2,
  ),
  intentCrashes: rarely(
    fc.record({ atIntent: fc.integer({ min: 1, max: 6 }), downMs: fc.constantFrom(second, 12 * second, 70 * second) }),
    2,
  ),
  clockJumps: rarely(
    fc.record({
      process: anyProcess,
      atMs: fc.oneof(fc.constant(0), seconds(0, spanMs / second)),
      byMs: fc.constantFrom(-3_600 * second, -60 * second, -5 * second, 5 * second, 60 * second, 3_600 * second),
    }),
    4,
  ),
  quorumLosses: rarely(
    fc.record({ atMs: seconds(5, spanMs / second), forMs: fc.constantFrom(2 * second, 12 * second, 40 * second) }),
    1,
  ),
  garbled: rarely(fc.record({ bucket: fc.constantFrom(...garbledBuckets), atMs: seconds(5, spanMs / second) }), 2),
});
