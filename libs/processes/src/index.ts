export { readIdentity } from './identity.ts';
export type { Limit, ProcessIdentity } from './identity.ts';
export { createPidFile, readPidFile, writePidFile } from './pid-file.ts';
export type { PidFile } from './pid-file.ts';
export { readTree } from './process-tree.ts';
export type { TreeQuestion } from './process-tree.ts';
export { expectCommand, isWrapper, likenessOf } from './program-command.ts';
export type { Command, ExpectedCommand, Likeness } from './program-command.ts';
export {
  areOthersHidden,
  findByVariable,
  goesBy,
  hasProcessTable,
  hasVariable,
  isHidden,
  isSameLife,
  pidExists,
  readBootId,
  readEnvironment,
  readLiveProcess,
  readLiveProcesses,
  readOwnLine,
  readProcess,
} from './process-table.ts';
export type { ProcessFacts } from './process-table.ts';
