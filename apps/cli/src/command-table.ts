import type { CommandDefinition } from './core/command.ts';

/**
 * Every command, in the order in which the help and docs/cli.md show them. A command is loaded when it is called: what
 * `up` and the demo load, they hold for as long as they run.
 */
const loaders: Readonly<Record<string, () => Promise<CommandDefinition>>> = {
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  init: async () => (await import('./commands/init.ts')).initCommand,
  up: async () => (await import('./commands/up.ts')).upCommand,
  stop: async () => (await import('./commands/stop.ts')).stopCommand,
  logs: async () => (await import('./commands/logs.ts')).logsCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  validate: async () => (await import('./commands/validate.ts')).validateCommand,
  'test-page': async () => (await import('./commands/test-page.ts')).testPageCommand,
  diff: async () => (await import('./commands/diff.ts')).diffCommand,
  reload: async () => (await import('./commands/reload.ts')).reloadCommand,
  'import gatus': async () => (await import('./commands/import-gatus.ts')).importGatusCommand,
  backtest: async () => (await import('./commands/backtest.ts')).backtestCommand,
  'check run': async () => (await import('./commands/check/run.ts')).checkRunCommand,
  'check list': async () => (await import('./commands/check/list.ts')).checkListCommand,
  plugins: async () => (await import('./commands/plugins.ts')).pluginsCommand,
  provision: async () => (await import('./commands/provision.ts')).provisionCommand,
  get: async () => (await import('./commands/get/get.ts')).getCommand,
  explain: async () => (await import('./commands/explain.ts')).explainCommand,
  events: async () => (await import('./commands/events.ts')).eventsCommand,
  approve: async () => (await import('./commands/answer-approval.ts')).approveCommand,
  reject: async () => (await import('./commands/answer-approval.ts')).rejectCommand,
  ack: async () => (await import('./commands/steer-incident.ts')).ackCommand,
  close: async () => (await import('./commands/steer-incident.ts')).closeCommand,
  'kill-switch': async () => (await import('./commands/kill-switch.ts')).killSwitchCommand,
  silence: async () => (await import('./commands/silence.ts')).silenceCommand,
  unsilence: async () => (await import('./commands/silence.ts')).unsilenceCommand,
  unfreeze: async () => (await import('./commands/unfreeze.ts')).unfreezeCommand,
  'reset-breaker': async () => (await import('./commands/reset-breaker.ts')).resetBreakerCommand,
  'audit verify': async () => (await import('./commands/audit.ts')).auditVerifyCommand,
  'audit export': async () => (await import('./commands/audit.ts')).auditExportCommand,
  'dead-letters': async () => (await import('./commands/dead-letters.ts')).deadLettersCommand,
  completion: once(async () => (await import('./commands/completion.ts')).completionCommand(loadAllCommands)),
  uninstall: async () => (await import('./commands/uninstall.ts')).uninstallCommand,
};

/** All commands. */
export function loadAllCommands(): Promise<readonly CommandDefinition[]> {
  return Promise.all(Object.values(loaders).map((load) => load()));
}

/** The command that a command line begins with; all of them when it begins with none, for the help and the suggestions. */
export async function loadCommandsFor(words: readonly string[]): Promise<readonly CommandDefinition[]> {
  const names = [words[0] ?? '', words.slice(0, 2).join(' ')];
  const load = names.map((name) => (Object.hasOwn(loaders, name) ? loaders[name] : undefined)).find(Boolean);
  return load === undefined ? loadAllCommands() : [await load()];
}

/** It is made, not only loaded: the same one each time. */
function once(make: () => Promise<CommandDefinition>): () => Promise<CommandDefinition> {
  let made: Promise<CommandDefinition> | undefined;
  return () => (made ??= make());
}
