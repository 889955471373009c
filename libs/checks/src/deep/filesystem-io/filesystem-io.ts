import { CortexError } from '@cortex/errors';
import { z } from 'zod';
import { CountBound, keepsTo } from '../../bound.ts';
import { defineCheck } from '../../define-check.ts';
import type { CheckResult } from '../../define-check.ts';
import type { ProbeAnswer } from './probe.ts';
import { runProbe } from './run-probe.ts';
import { AbsolutePath } from '../../params.ts';

const Params = z.strictObject({
  write_test_file: AbsolutePath.describe(
    `A name for a file of the check's own: written, flushed, read back, compared, deleted. Never one that exists.`,
  ),
  read_test_file: AbsolutePath.optional().describe('Another such file, when reading is to be tried elsewhere.'),
  expected_iops: CountBound.optional().describe(
    '`>100`: writes of 4 KiB in a second, one after the other, each flushed to the disk.',
  ),
});

const blockBytes = 4_096;
/** At most this much is on the disk. */
const blocks = 64;
const maxOperations = 1_000;
const maxMeasuredMs = 500;

/** Spec 2.2. Checks this machine. */
export const filesystemIo = defineCheck({
  name: 'filesystem_io',
  summary: 'Files can be written, flushed, read back and deleted, at the expected speed',
  tier: 'deep',
  params: Params,
  failures: [
    'cannot … …: the disk is full',
    'cannot … …: the quota is used up',
    'cannot … …: the file system is read-only',
    'cannot … …: permission denied',
    'cannot … …: the folder does not exist',
    'cannot … …: the disk reports an error',
    'cannot … …: the network file system has lost it',
    '…: what was read is not what was written',
    '…: … writes a second, expected …',
    '…: an earlier look has not come back yet',
  ],
  example: `name: shop-disk
type: filesystem_io
service: shop
write_test_file: /tmp/health_check_write
read_test_file: /tmp/health_check_read
expected_iops: '>100'`,
  async run(params, { signal, timeoutMs }): Promise<CheckResult> {
    const bound = params.expected_iops;
    const file = params.write_test_file;
    const answer = await runProbe(
      {
        writeFile: file,
        readFile: params.read_test_file ?? file,
        blockBytes,
        blocks,
        maxOperations: bound === undefined ? 1 : maxOperations,
        maxMs: Math.min(maxMeasuredMs, timeoutMs / 4),
      },
      signal,
    );
    if (answer === undefined) return { passed: false, detail: `${file}: an earlier look has not come back yet` };
    if (answer.status !== 'done') return failure(answer);
    const { operations, tookMs } = answer;
    if (bound === undefined) return { passed: true, detail: `${file}: written, flushed, read back and deleted` };
    const iops = Math.round(operations / Math.max(tookMs / 1_000, 1e-6));
    const passed = keepsTo(iops, bound);
    const detail = `${file}: ${iops} writes a second, ${passed ? '' : 'expected '}${bound.text}`;
    return { passed, detail, evidence: { iops, operations, tookMs: Math.round(tookMs) } };
  },
});

function failure(answer: Exclude<ProbeAnswer, { readonly status: 'done' }>): CheckResult {
  switch (answer.status) {
    case 'foreign':
      throw new CortexError(
        'CORTEX_CHECK_NOT_MADE',
        `${answer.path} is there and not of this check, so it is left alone: name another file`,
      );
    case 'differs':
      return { passed: false, detail: `${answer.path}: what was read is not what was written` };
    case 'failed':
      return {
        passed: false,
        detail: `cannot ${answer.step} ${answer.path}: ${reasons[answer.code] ?? answer.code}`,
        evidence: { step: answer.step, code: answer.code },
      };
    default:
      return answer satisfies never;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'the folder is a file',
  EIO: 'the disk reports an error',
  ENOTCONN: 'the file system is not connected',
  ESTALE: 'the network file system has lost it',
};
