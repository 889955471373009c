import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instance } from '@cortex/contracts';

/** A folder with real things for actions to work on: a server process to restart, a file to append to. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'cortex-executor-'));

  constructor() {
    writeFileSync(
      join(this.folder, 'server.cjs'),
      `require('node:fs').appendFileSync(process.env.STARTS, process.pid + '\\n'); setInterval(() => {}, 1000);`,
    );
    writeFileSync(
      join(this.folder, 'append.cjs'),
      `const [file, line, delay = '0', status = '0'] = process.argv.slice(2);
       require('node:fs').appendFileSync(file, line + '\\n');
       setTimeout(() => process.exit(Number(status)), Number(delay));`,
    );
    writeFileSync(
      join(this.folder, 'holds-line.cjs'),
      `const [file, line] = process.argv.slice(2);
       const fs = require('node:fs');
       process.exit(fs.existsSync(file) && fs.readFileSync(file, 'utf8').split('\\n').includes(line) ? 0 : 1);`,
    );
  }

  /** The catalogue entry of an instance whose process is restarted here. */
  serverFacts(instance: string): Partial<Instance> {
    return {
      process: {
        pidFile: join(this.folder, `${instance}.pid`),
        startCommand: [process.execPath, join(this.folder, 'server.cjs')],
        env: { STARTS: this.path(`${instance}.starts`) },
      },
    };
  }

  starts(instance: string): readonly string[] {
    return this.lines(`${instance}.starts`);
  }

  /** A step that appends one line to a file, at most once if `probe` is given, then takes `delayMs`. */
  appendStep(
    file: string,
    line: string,
    options: { onAmbiguous?: string; delayMs?: number; status?: number; undo?: boolean } = {},
  ) {
    const append = (text: string, delayMs = 0, status = 0) => [
      process.execPath,
      join(this.folder, 'append.cjs'),
      this.path(file),
      text,
      String(delayMs),
      String(status),
    ];
    return {
      action: 'run_command',
      onAmbiguous: options.onAmbiguous ?? 'probe',
      params: {
        argv: append(line, options.delayMs, options.status),
        probe_argv: [process.execPath, join(this.folder, 'holds-line.cjs'), this.path(file), line],
        ...(options.undo === true ? { undo_argv: append(`undo ${line}`) } : {}),
      },
    };
  }

  lines(file: string): readonly string[] {
    try {
      return readFileSync(this.path(file), 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** Ends every server that was started here, and deletes the folder. */
  close(instances: readonly string[]): void {
    for (const pid of instances.flatMap((instance) => this.starts(instance)).map(Number)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Already gone.
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
