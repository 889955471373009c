/** Loaded by `--import` into a service: leaves a CPU profile when the process ends. Opens in any browser's tools. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { basename, dirname, join } from 'node:path';

const folder = process.env['BENCH_PROFILE_DIR'] ?? '.';
const service = basename(dirname(dirname(process.argv[1] ?? 'node')));
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.once('exit', () => {
  session.post('Profiler.stop', (error, { profile }) => {
    if (error !== null) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${service}-${process.pid}.cpuprofile`), JSON.stringify(profile));
  });
});
