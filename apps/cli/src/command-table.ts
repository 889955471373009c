import { approveCommand, rejectCommand } from './commands/answer-approval.ts';
import { auditExportCommand, auditVerifyCommand } from './commands/audit.ts';
import { backtestCommand } from './commands/backtest.ts';
import { checkListCommand } from './commands/check/list.ts';
import { checkRunCommand } from './commands/check/run.ts';
import { completionCommand } from './commands/completion.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { demoCommand } from './commands/demo.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eventsCommand } from './commands/events.ts';
import { explainCommand } from './commands/explain.ts';
import { getCommand } from './commands/get/get.ts';
import { importGatusCommand } from './commands/import-gatus.ts';
import { initCommand } from './commands/init.ts';
import { killSwitchCommand } from './commands/kill-switch.ts';
import { logsCommand } from './commands/logs.ts';
import { pluginsCommand } from './commands/plugins.ts';
import { provisionCommand } from './commands/provision.ts';
import { reloadCommand } from './commands/reload.ts';
import { resetBreakerCommand } from './commands/reset-breaker.ts';
import { silenceCommand, unsilenceCommand } from './commands/silence.ts';
import { ackCommand, closeCommand } from './commands/steer-incident.ts';
import { stopCommand } from './commands/stop.ts';
import { testPageCommand } from './commands/test-page.ts';
import { unfreezeCommand } from './commands/unfreeze.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { upCommand } from './commands/up.ts';
import { validateCommand } from './commands/validate.ts';
import type { CommandDefinition } from './core/command.ts';

/** Every command, in the order in which the help and docs/cli.md show them. */
export const commandTable: readonly CommandDefinition[] = [
  demoCommand,
  initCommand,
  upCommand,
  stopCommand,
  logsCommand,
  doctorCommand,
  validateCommand,
  testPageCommand,
  diffCommand,
  reloadCommand,
  importGatusCommand,
  backtestCommand,
  checkRunCommand,
  checkListCommand,
  pluginsCommand,
  provisionCommand,
  getCommand,
  explainCommand,
  eventsCommand,
  approveCommand,
  rejectCommand,
  ackCommand,
  closeCommand,
  killSwitchCommand,
  silenceCommand,
  unsilenceCommand,
  unfreezeCommand,
  resetBreakerCommand,
  auditVerifyCommand,
  auditExportCommand,
  deadLettersCommand,
  completionCommand(() => commandTable),
  uninstallCommand,
];
