import type { TargetView } from '@cortex/api';
import { hashOf } from '../route.ts';
import { HealthChip, Moment } from './parts.tsx';

const worstFirst = ['CRITICAL', 'UNHEALTHY', 'DEGRADED', 'UNKNOWN', 'HEALTHY'];

export function Targets({ targets, now }: { readonly targets: readonly TargetView[]; readonly now: number }) {
  if (targets.length === 0) return <p class="empty">No service is configured.</p>;
  const sorted = [...targets].sort((left, right) => worstFirst.indexOf(left.state) - worstFirst.indexOf(right.state));
  return (
    <div class="scroll">
      <table class="list" data-testid="targets">
        <thead>
          <tr>
            <th scope="col">Target</th>
            <th scope="col">Health</th>
            <th scope="col">Since</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((view) => (
            <tr key={`${view.target.service}/${view.target.instance}`}>
              <td data-label="Target">
                <a href={hashOf({ page: 'health', filter: { service: view.target.service } })}>
                  {view.target.instance}
                </a>{' '}
                <small>{view.target.service}</small>
              </td>
              <td data-label="Health">
                <HealthChip state={view.state} /> {view.flapping && <span class="chip warning">flapping</span>}
                {view.unseenSince !== undefined && <span class="chip warning">not looked at</span>}
              </td>
              <td data-label="Since">{view.since === undefined ? '–' : <Moment at={view.since} now={now} />}</td>
              <td class="wide" data-label="Why">
                {view.failing.length > 0
                  ? view.failing.map((check) => `${check.check}: ${check.detail}`).join('; ')
                  : view.reason}
                {!view.remediate && <small>watched only</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
