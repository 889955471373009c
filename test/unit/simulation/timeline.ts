/** When a simulation begins. */
export const startMs = Date.parse('2026-03-02T10:00:00.000Z');

/** From then on nothing breaks any more: whatever is still owed must come before the end. */
export const calmFromMs = startMs + 60 * 60_000;
