import type { ComponentChildren } from 'preact';
import type { Problem } from '@cortex/api';
import { absolute, relative, words } from '../format.ts';

export function Severity({ severity }: { readonly severity: string }) {
  return <span class={`severity ${severity.toLowerCase()}`}>{severity}</span>;
}

const statusTone: Readonly<Record<string, string>> = {
  open: 'bad',
  awaiting_approval: 'warning',
  remediating: 'info busy',
  verifying: 'info busy',
  rolling_back: 'warning busy',
  monitoring: 'info',
  escalated: 'bad',
  resolved: 'good',
};

export function StatusChip({ status }: { readonly status: string }) {
  return (
    <span class={`chip ${statusTone[status] ?? 'neutral'}`} data-testid="status">
      {words(status)}
    </span>
  );
}

const healthTone: Readonly<Record<string, string>> = {
  HEALTHY: 'good',
  DEGRADED: 'warning',
  UNHEALTHY: 'bad',
  CRITICAL: 'bad',
  UNKNOWN: 'neutral',
};

export function HealthChip({ state }: { readonly state: string }) {
  return <span class={`chip ${healthTone[state] ?? 'neutral'}`}>{state.toLowerCase()}</span>;
}

/** Relative for the eye, absolute for the record. */
export function Moment({
  at,
  now,
  both = false,
}: {
  readonly at: string;
  readonly now: number;
  readonly both?: boolean;
}) {
  return (
    <time dateTime={at} title={at}>
      {both && <b>{absolute(at, now)}</b>} {relative(at, now)}
    </time>
  );
}

export function Panel({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="panel" aria-label={title}>
      <h2>
        {title}
        {hint !== undefined && <small>{hint}</small>}
      </h2>
      {children}
    </section>
  );
}

export function ProblemNote({ problem }: { readonly problem: Problem }) {
  return (
    <p class="problem" role="alert">
      <strong>{problem.detail}</strong> {problem.fix} <code>{problem.code}</code>
    </p>
  );
}
