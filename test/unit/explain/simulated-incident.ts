import type { Incident } from '@cortex/contracts';
import { Scenario } from '@cortex/decision/testing';
import { SeededRandom } from './random.ts';
import { makeWorld } from './simulated-world.ts';

/** Each number is drawn before it is known what is possible, so that one mended fault does not change all that follows. */
interface Draw {
  readonly what: number;
  readonly which: number;
  readonly how: number;
  readonly waitMs: number;
}

const happenings = 10;
const settlings = 12;

/** One incident from its first signal on, as the seed says: trouble, what holds, answers of services and of people. */
export function simulateIncident(seed: number): Incident {
  const random = new SeededRandom(seed);
  const scenario = new Scenario(makeWorld(random));
  const draws = Array.from({ length: happenings + settlings }, () => draw(random));
  const [first = draw(random), ...others] = draws;
  surround(scenario, random);
  beginTrouble(scenario, first);
  for (const [index, one] of others.entries()) {
    if (scenario.incident.status === 'resolved') break;
    scenario.wait(one.waitMs);
    if (index < happenings && one.what < 0.35) happen(scenario, one);
    else goOn(scenario, one);
  }
  return scenario.incident;
}

function draw(random: SeededRandom): Draw {
  return { what: random.next(), which: random.next(), how: random.next(), waitMs: 1 + random.below(40_000) };
}

function choose<const Value>(values: readonly [Value, ...Value[]], share: number): Value {
  return values[Math.floor(share * values.length)] ?? values[0];
}

const heldByAnother = { heldLeases: new Set(['target.shop.shop-1']) };

function reservedByAnother({ now }: Scenario) {
  const until = new Date(Date.parse(now) + 60 * 60_000).toISOString();
  return { reservations: new Map([['shop', [{ instance: 'shop-2', executionId: 'another-1', at: now, until }]]]) };
}

/** What is so already when the trouble begins. */
function surround(scenario: Scenario, random: SeededRandom): void {
  if (random.chance(0.1)) scenario.setHealth('db', 'db-1', 'UNHEALTHY');
  const status = random.pick(['remediating', 'escalated', 'open']);
  const open = random.chance(0.15) ? [{ incidentId: 'other', service: 'db', status, severity: 'SEV3' as const }] : [];
  const isHeld = random.chance(0.1);
  const isOn = random.chance(0.1);
  scenario.know({
    openIncidents: open,
    ...(isHeld ? random.pick<Partial<Scenario['facts']>>([reservedByAnother(scenario), heldByAnother]) : {}),
    ...(isOn ? { killSwitch: { on: true, by: 'ada', reason: 'drill', at: scenario.now } } : {}),
  });
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const isDown = random.chance(0.4);
    if (isDown && scenario.facts.services.has(name)) scenario.setHealth(name, `${name}-1`, 'UNHEALTHY');
  }
}

function beginTrouble(scenario: Scenario, { what, which, how }: Draw): void {
  if (what < 0.75)
    scenario.health('shop-1', choose(['UNHEALTHY', 'UNHEALTHY', 'CRITICAL', 'DEGRADED'], which), checks(how));
  else showAnomaly(scenario, which, how);
}

function checks(how: number): readonly string[] {
  return choose(
    [['process_running'], ['process_running'], ['process_running', 'http_endpoint'], ['http_endpoint'], ['tcp_port']],
    how,
  );
}

function showAnomaly(scenario: Scenario, which: number, how: number): void {
  const isKnown = scenario.record?.incident.signals.some((signal) => signal.key === 'anomaly-1') === true;
  scenario.anomaly(
    {
      metric: choose(['disk_usage_percent', 'cpu_usage_percent', 'http_error_rate'], which),
      severity: choose(['low', 'medium', 'high', 'critical'], how),
      triggers: how < 0.5 ? ['clean'] : [],
      ...(how < 0.75 ? {} : { harm: { kind: 'none' as const, reason: 'it is not above 80 %' } }),
    },
    isKnown ? 'anomaly.updated' : 'anomaly.detected',
  );
}

/** Something from outside. */
function happen(scenario: Scenario, { which, how }: Draw): void {
  const instances = scenario.facts.services.get('shop')?.instances ?? [];
  const instance = instances[Math.floor(how * instances.length)]?.id ?? 'shop-1';
  const acts: readonly [() => unknown, ...(() => unknown)[]] = [
    () =>
      scenario.health(
        instance,
        choose(['UNHEALTHY', 'DEGRADED', 'CRITICAL', 'HEALTHY'], which * 16 - Math.floor(which * 16)),
        checks(how),
      ),
    () => scenario.health(instance, 'HEALTHY'),
    () => showAnomaly(scenario, how, which * 16 - Math.floor(which * 16)),
    () => scenario.cleared(),
    () => scenario.killSwitch(how < 0.3),
    () =>
      scenario.silence({ endsAt: new Date(Date.parse(scenario.now) + 1 + Math.floor(how * 300_000)).toISOString() }),
    () => (scenario.facts.silences?.some((one) => one.lifted === undefined) === true ? scenario.lift() : undefined),
    () => scenario.know({ heldLeases: new Set(how < 0.4 ? ['target.shop.shop-1'] : []), reservations: new Map() }),
    () => scenario.know({ openIncidents: [] }).setHealth('db', 'db-1', 'HEALTHY'),
    () => scenario.acknowledge(),
    () => (how < 0.2 ? scenario.close() : undefined),
    () => (how < 0.3 ? scenario.setHealth('shop', 'shop-1', 'UNHEALTHY', { flapping: true }) : undefined),
  ];
  choose(acts, which)();
}

/** What the incident waits for comes: an answer of a service or a person, or the next timer. */
function goOn(scenario: Scenario, one: Draw): void {
  const { status, attempts } = scenario.incident;
  const isLost = one.which > 0.95;
  if (isLost) return fireNext(scenario);
  if (status === 'remediating') return completeExecution(scenario, one);
  if (status === 'verifying')
    return void scenario.verified(choose(['SUCCESS', 'SUCCESS', 'PARTIAL_SUCCESS', 'FAILED', 'UNCERTAIN'], one.how));
  if (status === 'rolling_back' && attempts.length > 0)
    return void scenario.rolledBack(choose(['succeeded', 'succeeded', 'failed', 'not_available'], one.how));
  if (status === 'awaiting_approval' && one.how < 0.7)
    return void scenario.answer(
      one.how < 0.5 ? 'approval.granted' : 'approval.denied',
      choose(['ada', 'bob'], one.which),
    );
  fireNext(scenario);
}

function completeExecution(scenario: Scenario, { which, how }: Draw): void {
  if (scenario.facts.safety.dryRun) return void scenario.completed('dry_run');
  const outcome = choose(['succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed', 'refused', 'ambiguous'], how);
  const refusedBy = choose(['precondition', 'budget', 'invalid_plan'], which);
  scenario.completed(outcome, outcome === 'refused' ? { refusedBy, reason: `refused by ${refusedBy}` } : {});
}

function fireNext(scenario: Scenario): void {
  const [next] = [...scenario.timers.values()].sort((left, right) => (left.dueAt < right.dueAt ? -1 : 1));
  if (next !== undefined) scenario.due(next.key.slice(scenario.incident.id.length + 1));
}
