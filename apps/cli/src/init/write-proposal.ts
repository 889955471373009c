import { urlHost, type PortCheck, type Proposal } from './find-http.ts';

export interface ProposedFile {
  /** Relative to the folder of the configuration. */
  readonly path: string;
  readonly text: string;
}

const otlpPort = 4318;
const isGone = '("process_running" in failing_check_types OR "tcp_port" in failing_check_types)';

/** A configuration with checks, playbooks and dry run on. `takenPorts`: those on which somebody listens already. */
export function writeProposal(
  proposals: readonly Proposal[],
  takenPorts: ReadonlySet<number>,
): readonly ProposedFile[] {
  const playbooks = [restartUnits(proposals), ...proposals.map(restartContainer)].flatMap((file) => file ?? []);
  return [{ path: 'cortex.yaml', text: configuration(proposals, playbooks, takenPorts) }, ...playbooks];
}

function configuration(
  proposals: readonly Proposal[],
  playbooks: readonly ProposedFile[],
  takenPorts: ReadonlySet<number>,
): string {
  const services = proposals.length === 0 ? ['services: []'] : ['services:', ...proposals.flatMap(serviceLines)];
  const checks = proposals.flatMap((one) => [
    ...processLines(one),
    ...one.checks.flatMap((check) => checkLines(one, check)),
  ]);
  return [
    '# Proposed by `cortex init` from what listens on this machine. docs/configuration.md says what else there is.',
    'version: 1',
    'environment: production',
    `${playbooks.length === 0 ? '# ' : ''}playbooks: [./playbooks/*.yaml]`,
    '',
    ...services,
    '',
    ...(checks.length === 0 ? ['checks: []'] : ['checks:', ...checks]),
    '',
    'safety:',
    '  # Cortex decides and says what it would do, and changes nothing. Remove this line when you trust it.',
    '  dry_run: true',
    '',
    'escalation:',
    '  contacts:',
    '    # A webhook reaches you beyond this machine: { type: webhook, url: …, secret: env:PAGE_SECRET }',
    '    - { name: on_call, channels: [{ type: log }] }',
    '',
    'collector:',
    '  host: { disks: [{ path: / }] }',
    ...(takenPorts.has(otlpPort)
      ? [`  # ${otlpPort} is taken on this machine.`, `  otlp: { port: ${freeAbove(otlpPort, takenPorts)} }`]
      : []),
    '',
  ].join('\n');
}

function serviceLines({ name, host, about, restart }: Proposal): readonly string[] {
  const instance = [
    `id: ${JSON.stringify(`${name}-1`)}`,
    `host: ${JSON.stringify(host)}`,
    ...(restart !== undefined && 'unit' in restart ? [`systemd: { unit: ${JSON.stringify(restart.unit)} }`] : []),
  ];
  return [
    `  # ${about.replaceAll(/[\r\n]/g, ' ')}`,
    `  - name: ${JSON.stringify(name)}`,
    ...(restart === undefined
      ? [
          '    # Watched only: nobody has said how it is restarted. Add process: { pid_file, start_command } or systemd: { unit }',
          '    # to the instance, take the next line out, and write a playbook: docs/first-service.md.',
          '    remediate: false',
        ]
      : []),
    `    instances: [{ ${instance.join(', ')} }]`,
  ];
}

/** Whether the process is there at all: what a restart mends. */
function processLines({ name, process }: Proposal): readonly string[] {
  if (process === undefined) return [];
  return [
    `  - name: ${JSON.stringify(`${name}-process`)}`,
    `    service: ${JSON.stringify(name)}`,
    '    type: process_running',
    '    check_method: name',
    `    process_name: ${JSON.stringify(process)}`,
  ];
}

/** A port that speaks HTTP is checked twice: whether anybody listens says if a restart helps, and two checks find it sooner. */
function checkLines({ name, host }: Proposal, check: PortCheck): readonly string[] {
  const lines = (suffix: string): readonly string[] => [
    `  - name: ${JSON.stringify(`${name}-${check.port}${suffix}`)}`,
    `    service: ${JSON.stringify(name)}`,
  ];
  const port = [...lines(''), '    type: tcp_port', `    host: ${JSON.stringify(host)}`, `    port: ${check.port}`];
  if (check.kind === 'tcp') return port;
  return [
    ...port,
    ...lines('-http'),
    '    type: http_endpoint',
    `    url: ${JSON.stringify(`http://${urlHost(host)}:${check.port}${check.path}`)}`,
    `    expected_status: ${check.status}`,
    '    timeout: 1s',
  ];
}

function restartUnits(proposals: readonly Proposal[]): ProposedFile | undefined {
  const names = proposals.filter(({ restart }) => restart !== undefined && 'unit' in restart).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const steps = ['  - step: 1', '    name: Restart the service', '    action: restart_service', '    timeout: 60s'];
  return {
    path: 'playbooks/restart-service.yaml',
    text: playbook('restart-service', 'Restart a service of systemd', names, steps, false),
  };
}

function restartContainer({ name, restart }: Proposal): ProposedFile | undefined {
  if (restart === undefined || 'unit' in restart) return undefined;
  const argv = JSON.stringify([restart.program, 'restart', restart.container]);
  const steps = [
    '  - step: 1',
    '    name: Restart the container',
    '    action: run_command',
    `    argv: ${argv}`,
    '    on_ambiguous: retry # restarting twice does no more than once',
    '    timeout: 60s',
  ];
  const id = `restart-container-${name}`;
  return { path: `playbooks/${id}.yaml`, text: playbook(id, `Restart the container ${name}`, [name], steps, true) };
}

function playbook(
  id: string,
  name: string,
  services: readonly string[],
  steps: readonly string[],
  needsApproval: boolean,
): string {
  return [
    `playbook_id: ${JSON.stringify(id)}`,
    `name: ${JSON.stringify(name)}`,
    'version: 1.0.0',
    'category: application',
    'severity: high',
    `services: ${JSON.stringify(services)}`,
    'trigger:',
    '  # A restart mends a process that is gone or no longer listens, not one whose database is away.',
    `  condition: health_state in ["UNHEALTHY", "CRITICAL"] AND ${isGone}`,
    '  duration: 10s',
    'remediation_steps:',
    ...steps,
    'verification:',
    '  wait_time: 5s',
    '  retry: 3',
    '  health_checks:',
    '    duration: 30s',
    'rollback:',
    '  available: false',
    '  reason: A restart cannot be undone',
    'safety:',
    '  max_retries: 1',
    `  require_approval: ${needsApproval}`,
    '  blast_radius: single_host',
    '',
  ].join('\n');
}

function freeAbove(port: number, taken: ReadonlySet<number>): number {
  let free = port + 1;
  while (taken.has(free)) free += 1;
  return free;
}
