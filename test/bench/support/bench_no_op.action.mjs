/** Does nothing, and says when, by the clock that all processes of one machine share. */
export default ({ defineAction, z }) =>
  defineAction({
    name: 'bench_no_op',
    summary: 'Changes nothing and tells the moment at which it began',
    params: z.strictObject({}),
    riskLevel: 'low',
    onAmbiguous: 'retry',
    reversible: false,
    idempotent: true,
    async observe() {
      return {};
    },
    async act() {
      return { ok: true, detail: `began at ${process.hrtime.bigint()}` };
    },
    async dryRun() {
      return { ok: true, detail: 'would do nothing' };
    },
  });
