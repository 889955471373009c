import fc from 'fast-check';
import type { MessageFault } from './bus.ts';
import { targets } from './catalogue.ts';
import type { CrashPoint } from './process.ts';
import type { TroubleKind } from './world.ts';

/** The processes of a simulated site. Two of those whose work must not be done twice. */
export const processNames = [
  'health-checker',
  'detector',
  'decision/1',
  'decision/2',
  'executor/1',
  'executor/2',
  'verifier/1',
  'verifier/2',
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

/** All that goes wrong in one run, and the seed of everything else. */
export interface Schedule {
  readonly seed: number;
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
  readonly messages: readonly MessageFault[];
  /** How the n-th attempt of an action ends; those that are not named do their work. */
  readonly actionFaults: readonly {
    readonly atAction: number;
    readonly kind: 'fails' | 'fails_for_now' | 'fails_half_way';
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
  /** Pages that do not get through: every n-th. */
  readonly lostPages: readonly number[];
  readonly people: People;
}

const second = 1_000;
const minute = 60 * second;
const spanMs = 6 * minute;

const seconds = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min, max }).map((value) => value * second);
const sometimes = (value: fc.Arbitrary<number>): fc.Arbitrary<number | undefined> =>
  fc.option(value, { nil: undefined });

const trouble = fc.record({
  atMs: seconds(0, spanMs / second),
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
  forMs: seconds(10, 300),
});

const crash = fc.record({
  process: fc.constantFrom<ProcessName[]>(...processNames, 'decision/1', 'executor/1', 'executor/1', 'executor/2'),
  atRequest: fc.integer({ min: 1, max: 120 }),
  progress: fc.constantFrom(0, 0.3, 0.7, 1),
  downMs: fc.constantFrom(100, second, 15 * second, 4 * minute),
});

const freeze = fc.record({
  process: fc.constantFrom(...processNames),
  atMs: seconds(0, spanMs / second),
  forMs: fc.constantFrom(500, 3 * second, 9 * second, 12 * second, 40 * second, 5 * minute),
});

const message = fc.record({
  atDelivery: fc.integer({ min: 1, max: 250 }),
  kind: fc.constantFrom('late' as const, 'twice' as const, 'again_after_ack' as const),
  ms: fc.constantFrom(50, 2 * second, 20 * second, 3 * minute, 40 * minute),
});

const silence = fc.record({
  trouble: fc.nat(2),
  afterMs: seconds(0, 60),
  isWhole: fc.boolean(),
  forMs: seconds(1, 600),
  liftAfterMs: sometimes(seconds(0, 300)),
});

/** Random fault schedules; they shrink towards one trouble and no fault. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  latencyMs: fc.constantFrom(2, 2, 20, 300),
  troubles: fc.array(trouble, { minLength: 1, maxLength: 3 }),
  crashes: fc.array(crash, { maxLength: 6 }),
  freezes: fc.array(freeze, { maxLength: 3 }),
  effectFreezes: fc.array(
    fc.record({
      atEffect: fc.integer({ min: 1, max: 8 }),
      forMs: fc.constantFrom(2 * second, 9 * second, 30 * second),
    }),
    { maxLength: 2 },
  ),
  messages: fc.array(message, { maxLength: 10 }),
  actionFaults: fc.array(
    fc.record({
      atAction: fc.integer({ min: 1, max: 8 }),
      kind: fc.constantFrom('fails' as const, 'fails_for_now' as const, 'fails_half_way' as const),
    }),
    { maxLength: 3 },
  ),
  killSwitch: fc.array(fc.record({ atMs: seconds(0, spanMs / second), forMs: seconds(1, 300) }), { maxLength: 2 }),
  lostPages: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
  people: fc.record({
    acknowledgeAfterMs: sometimes(seconds(10, 1_200)),
    repairAfterMs: sometimes(seconds(30, 2_400)),
    answer: fc.constantFrom('grant' as const, 'grant' as const, 'deny' as const, 'silent' as const),
    answerAfterMs: seconds(1, 1_200),
    closeAfterMs: sometimes(seconds(5, 1_200)),
  }),
  silences: fc.oneof(
    { arbitrary: fc.constant([]), weight: 2 },
    { arbitrary: fc.array(silence, { minLength: 1, maxLength: 2 }), weight: 1 },
  ),
});
