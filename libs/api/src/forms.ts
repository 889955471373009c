import { ConfigurationDigest, Name, ReloadRequest, Text } from '@cortex/contracts';
import { z } from 'zod';

/** The name of the requester. Kept in the record, so it may not be empty. */
const By = z.string().trim().min(1, 'say who you are').max(128);
const Comment = Text.default('');
const Reason = z.string().trim().min(1, 'say why');
const Moment = z.iso.datetime({ offset: true });

export const Limit = z.coerce.number().int().min(1).max(1_000);
export const NameFilter = z.string().min(1).max(128).optional();
export const IdParams = z.strictObject({ id: z.string().min(1).max(128) });

export const ByForm = z.strictObject({ by: By, comment: Comment });
export type ByForm = z.output<typeof ByForm>;

export const ClosingForm = z.strictObject({ by: By, comment: Reason.max(4_000) });

export const AnswerForm = z.strictObject({
  by: By,
  comment: Comment,
  /** The plan that the human saw; if it has changed since, the answer is refused. */
  planHash: z.string().min(1).max(128).optional(),
});
export type AnswerForm = z.output<typeof AnswerForm>;

export const SwitchForm = z.strictObject({ on: z.boolean(), by: By, reason: Reason.max(4_000) });

export const SilenceForm = z.strictObject({
  service: Name,
  instance: Name.optional(),
  check: Name.optional(),
  /** Absent: now. */
  startsAt: Moment.optional(),
  endsAt: Moment,
  by: By,
  reason: Reason.max(1_000),
});
export type SilenceForm = z.output<typeof SilenceForm>;

/** Absent instance: every instance of the service that is frozen. */
export const UnfreezeForm = z.strictObject({
  service: Name,
  instance: Name.optional(),
  by: By,
  reason: Text.default(''),
});

export const LiftForm = z.strictObject({ by: By });

export const ReloadForm = z.strictObject({
  /** Chosen by who asks, and the same in both steps. */
  id: z.uuid(),
  step: ReloadRequest.shape.step,
  /** Of the files that were validated. */
  digest: ConfigurationDigest,
  by: By,
});
