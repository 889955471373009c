export { readPidFile, writePidFile } from './pid-file.ts';
export type { PidFile } from './pid-file.ts';
export {
  findSessionLeader,
  goesBy,
  hasProcessTable,
  hasVariable,
  isSameLife,
  pidExists,
  readBootId,
  readLiveProcess,
  readLiveProcesses,
  readProcess,
} from './process-table.ts';
export type { ProcessFacts } from './process-table.ts';
