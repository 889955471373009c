export { Slots } from './slots.ts';
export type { Pace } from './slots.ts';
