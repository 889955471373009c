import { access, constants } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { z } from 'zod';
import { causeOf } from '../../cause-of.ts';
import { defineCheck } from '../../define-check.ts';
import { AbsolutePaths } from '../../params.ts';

const Params = z.strictObject({
  readable: AbsolutePaths.optional().describe('Paths that Cortex must be able to read.'),
  writable: AbsolutePaths.optional().describe(
    `Paths that Cortex must be able to write. Default, when nothing is named: the machine's temporary folder.`,
  ),
  executable: AbsolutePaths.optional().describe('Paths that Cortex must be able to run.'),
});

/** Spec 3.1. Asks the system for the rights that Cortex itself has on this machine. */
export const sufficientPermissions = defineCheck({
  name: 'sufficient_permissions',
  summary: 'Cortex may read, write and run the named paths of this machine',
  tier: 'shallow',
  params: Params,
  failures: ['… is not readable: …', '… is not writable: …', '… is not executable: …'],
  example: `name: shop-rights
type: sufficient_permissions
service: shop
writable: [/var/log, /tmp]
executable: /usr/bin/systemctl`,
  async run(params) {
    const namesNothing = Object.values(params).every((paths) => paths === undefined);
    const wanted = [
      { right: 'readable', mode: constants.R_OK, paths: params.readable ?? [] },
      { right: 'writable', mode: constants.W_OK, paths: params.writable ?? (namesNothing ? tmpdir() : []) },
      { right: 'executable', mode: constants.X_OK, paths: params.executable ?? [] },
    ];
    const problems: string[] = [];
    const seen: string[] = [];
    for (const { right, mode, paths } of wanted) {
      for (const path of [paths].flat()) {
        seen.push(`${path} ${right}`);
        try {
          await access(path, mode);
        } catch (error) {
          problems.push(`${path} is not ${right}: ${causeOf(error)}`);
        }
      }
    }
    if (problems.length > 0) return { passed: false, detail: problems.join('; '), evidence: { seen } };
    return { passed: true, detail: seen.join(', '), evidence: { seen } };
  },
});
