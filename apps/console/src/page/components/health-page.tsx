import type { CheckTier } from '@cortex/contracts';
import type { CheckList, CheckView, TargetView } from '@cortex/api';
import { plural } from '../format.ts';
import { useLiveChecks } from '../live-checks.ts';
import { goTo, type HealthFilter } from '../route.ts';
import { CheckRow } from './check-row.tsx';
import { HealthChip, Moment, Panel, ProblemNote } from './parts.tsx';

interface HealthPageProps {
  readonly filter: HealthFilter;
  readonly targets: readonly TargetView[];
  readonly reading: number;
  readonly isConnected: boolean;
  readonly now: number;
}

const tiers: readonly CheckTier[] = ['shallow', 'deep', 'comprehensive'];

/** Every check by service and instance, with its newest results. */
export function HealthPage({ filter, targets, reading, isConnected, now }: HealthPageProps) {
  const { list, problem } = useLiveChecks(filter, reading);
  return (
    <div class="health" data-testid="health">
      <Filters filter={filter} services={servicesOf(targets, filter)} list={list} />
      {problem !== undefined && isConnected && <ProblemNote problem={problem} />}
      {list === undefined && problem === undefined && <p class="empty">Reading…</p>}
      {list !== undefined && list.checks.length === 0 && (
        <p class="empty" data-testid="no-checks">
          {emptyText(filter, list)}
        </p>
      )}
      {list !== undefined &&
        byService(list.checks, targets).map(([service, instances]) => (
          <Panel key={service} title={service} hint={plural(instances.flatMap(([, checks]) => checks).length, 'check')}>
            {instances.map(([instance, checks]) => (
              <Instance
                key={instance}
                instance={instance}
                view={targets.find(({ target }) => target.service === service && target.instance === instance)}
                checks={checks}
                now={now}
              />
            ))}
          </Panel>
        ))}
      {list !== undefined && list.total > list.checks.length && (
        <p class="footnote" data-testid="more-checks">
          {list.checks.length} of {list.total} checks, failing ones first. Choose a service to see those of it.
        </p>
      )}
    </div>
  );
}

/** Includes the selected one, which may be unknown, or not read yet. */
function servicesOf(targets: readonly TargetView[], { service }: HealthFilter): readonly string[] {
  return [...new Set([...targets.map(({ target }) => target.service), ...(service === undefined ? [] : [service])])];
}

interface FiltersProps {
  readonly filter: HealthFilter;
  readonly services: readonly string[];
  readonly list: CheckList | undefined;
}

function Filters({ filter, services, list }: FiltersProps) {
  const show = ({ service, tier, failing }: { service: string; tier: string; failing: boolean }): void =>
    goTo({
      page: 'health',
      filter: { ...(service && { service }), ...(tier && { tier }), ...(failing && { failing }) },
    });
  const now = { service: filter.service ?? '', tier: filter.tier ?? '', failing: filter.failing ?? false };
  return (
    <form class="filters" aria-label="Which checks" onSubmit={(event) => event.preventDefault()}>
      <label>
        Service
        <select value={now.service} onChange={(event) => show({ ...now, service: event.currentTarget.value })}>
          <option value="">all</option>
          {services.map((service) => (
            <option key={service}>{service}</option>
          ))}
        </select>
      </label>
      <label>
        Tier
        <select value={now.tier} onChange={(event) => show({ ...now, tier: event.currentTarget.value })}>
          <option value="">all</option>
          {tiers.map((tier) => (
            <option key={tier}>{tier}</option>
          ))}
        </select>
      </label>
      <label class="tick">
        <input
          type="checkbox"
          checked={now.failing}
          onChange={(event) => show({ ...now, failing: event.currentTarget.checked })}
        />
        Only failing
      </label>
      {list !== undefined && (
        <p class="sums" data-testid="check-counts">
          {(['failing', 'unknown', 'paused', 'passing'] as const)
            .filter((state) => list.counts[state] > 0)
            .map((state) => (
              <span key={state} class={state}>
                <b>{list.counts[state]}</b> {state}
              </span>
            ))}
        </p>
      )}
    </form>
  );
}

interface InstanceProps {
  readonly instance: string;
  readonly view: TargetView | undefined;
  readonly checks: readonly CheckView[];
  readonly now: number;
}

function Instance({ instance, view, checks, now }: InstanceProps) {
  return (
    <section class="instance" aria-label={instance}>
      <h3>
        {instance}
        {view !== undefined && <HealthChip state={view.state} />}
        {view?.flapping === true && <span class="chip warning">flapping</span>}
        {view?.since !== undefined && (
          <small>
            <Moment at={view.since} now={now} />
          </small>
        )}
      </h3>
      {view !== undefined && view.state !== 'HEALTHY' && view.reason !== '' && <p class="why">{view.reason}</p>}
      <ul class="checks">
        {checks.map((check) => (
          <CheckRow key={check.name} check={check} now={now} />
        ))}
      </ul>
    </section>
  );
}

function emptyText(filter: HealthFilter, { counts }: CheckList): string {
  if (filter.failing === true && Object.values(counts).some((count) => count > 0)) return 'Nothing fails.';
  if (filter.service !== undefined || filter.tier !== undefined) return 'No check fits.';
  return 'No check is configured. Name some under checks: in the configuration.';
}

type Grouped = readonly (readonly [string, readonly (readonly [string, readonly CheckView[]])[]])[];

/** In the order of the configuration, so that rows do not move when a state changes. */
function byService(checks: readonly CheckView[], targets: readonly TargetView[]): Grouped {
  const services = new Map<string, Map<string, CheckView[]>>();
  const place = (service: string, instance: string): CheckView[] => {
    const instances = services.get(service) ?? new Map<string, CheckView[]>();
    const own = instances.get(instance) ?? [];
    services.set(service, instances.set(instance, own));
    return own;
  };
  for (const { target } of targets) place(target.service, target.instance);
  for (const check of checks) place(check.target.service, check.target.instance).push(check);
  return [...services]
    .map(([service, instances]) => [service, [...instances].filter(([, own]) => own.length > 0).map(sorted)] as const)
    .filter(([, instances]) => instances.length > 0);
}

function sorted([instance, checks]: [string, CheckView[]]): readonly [string, readonly CheckView[]] {
  const tier = (check: CheckView): number => tiers.indexOf(check.tier);
  return [instance, checks.toSorted((left, right) => tier(left) - tier(right) || left.name.localeCompare(right.name))];
}
